/* SPDX-License-Identifier: MIT */

/*
 * Line by line: comments (which name the queue manager), messages, echoed commands, the banner and
 * cells as runmqsc prints them, and commands. Cells are told from commands by their form: no command
 * begins with a word that is followed directly by a parenthesis.
 */

#include "model/import_mqsc.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "model/import_mqsc_internal.h"
#include "model/mqsc_zos.h"

#define HEADER_WORDS "Queue manager name:"

static void import_end(MqscImport *m)
{
        mqsc_command_done(&m->command);
        free(m->record.name);
        mqsc_values_done(&m->record.values);
        for (size_t i = 0; i < m->n_qmgrs; i++)
                free(m->qmgrs[i].name);
        free(m->qmgrs);
        mqsc_channels_done(&m->channels);
        mqsc_listeners_done(&m->listeners);
        import_done(&m->import);
}

static void qmgr_add(MqscImport *m, char *name)
{
        if (util_grow(&m->qmgrs, m->n_qmgrs, sizeof(*m->qmgrs)) < 0) {
                free(name);
                m->import.no_memory = true;
                return;
        }
        m->qmgrs[m->n_qmgrs] = (MqscQmgr){ .name = name };
        m->qmgr = m->n_qmgrs++;
}

void import_mqsc_begin_qmgr(MqscImport *m, MqscSpan span)
{
        CLEANUP_FREE char *name = NULL;
        const char *wanted = m->import.options->qmgr;

        if (import_text(span.s, MIN_OF(span.len, (size_t) MQ_QMGR_NAME_MAX + 1), &name) < 0) {
                m->import.no_memory = true;
                return;
        }
        if (!name || !qmgr_name_is_valid(name, NULL))
                return;
        m->is_known = true;

        if (wanted && strcmp(wanted, name) != 0 && !m->is_qmgr_told) {
                m->is_qmgr_told = true;
                import_warn(&m->import, m->text.line, NULL,
                        "the file says it is of queue manager %s, qmgr = \"%s\" says otherwise and is "
                        "used; correct one of them",
                        name, wanted);
        }

        /* The first name is that of what came before it, too. */
        if (m->n_qmgrs == 1 && !m->qmgrs[0].name) {
                m->qmgrs[0].name = STEAL(name);
                return;
        }
        for (size_t i = 0; i < m->n_qmgrs; i++)
                if (m->qmgrs[i].name && strcmp(m->qmgrs[i].name, name) == 0) {
                        m->qmgr = i;
                        return;
                }
        if (m->n_qmgrs == MQSC_QMGRS_MAX) {
                import_complain(&m->import, m->text.line, NULL,
                        "the file is of more than %d queue managers; split it", MQSC_QMGRS_MAX);
                m->import.stopped = true;
                return;
        }
        qmgr_add(m, STEAL(name));
}

/* "* Queue manager name: QM1", as dmpmqcfg writes at the top. */
static void read_comment(MqscImport *m, MqscSpan line)
{
        while (line.len > 0 && strchr("* \t", line.s[0])) {
                line.s++;
                line.len--;
        }
        if (line.len <= strlen(HEADER_WORDS) || memcmp(line.s, HEADER_WORDS, strlen(HEADER_WORDS)) != 0)
                return;
        import_mqsc_close_record(m);
        import_mqsc_begin_qmgr(m,
                (MqscSpan){ line.s + strlen(HEADER_WORDS), line.len - strlen(HEADER_WORDS) });
}

static void read_echo(MqscImport *m, MqscSpan command)
{
        import_mqsc_close_record(m);
        m->is_known = true;
        if (m->is_echo_told || !import_mqsc_changes_channel(command))
                return;
        m->is_echo_told = true;
        import_warn(&m->import, m->text.line, NULL,
                "the echo of a command that changes a channel is not read; import the script, or the "
                "output of DISPLAY CHANNEL(*) ALL");
}

/* ---- lines ---- */

/* Reads a line that is no command. False if it is one. */
static bool read_line(MqscImport *m, MqscSpan line)
{
        unsigned message;
        MqscSpan rest;

        if (mqsc_line_is_comment(line)) {
                read_comment(m, line);
                return true;
        }
        message = mqsc_display_message(line);
        if (message > 0) {
                import_mqsc_open_record(m, message);
                return true;
        }
        if (mqsc_display_echo(line, &rest)) {
                read_echo(m, rest);
                return true;
        }
        if (mqsc_display_qmgr(line, &rest)) {
                import_mqsc_close_record(m);
                import_mqsc_begin_qmgr(m, rest);
                return true;
        }
        if (import_mqsc_read_cells(m, line))
                return true;

        import_mqsc_close_record(m);
        return m->is_output && !import_mqsc_is_command(line);
}

static void read_lines(MqscImport *m)
{
        Import *i = &m->import;

        while (!mqsc_text_at_end(&m->text) && !m->has_ended && !i->stopped && !i->no_memory) {
                if (m->text.at == m->text.line_start && read_line(m, mqsc_text_line(&m->text))) {
                        mqsc_text_next_line(&m->text);
                        continue;
                }
                if (mqsc_command_read(&m->text, &m->command) < 0) {
                        i->no_memory = true;
                        return;
                }
                import_mqsc_execute(m);
        }
        import_mqsc_close_record(m);
}

static int import_all(MqscImport *m, const char *text, size_t len, ImportResult *ret)
{
        const char *fault = NULL;
        unsigned fault_line = 0;
        size_t skip = 0;
        int r;

        r = import_check_text(&m->import, text, len, &skip);
        if (r < 0)
                return r;
        mqsc_text_init(&m->text, text + skip, len - skip);
        fault = mqsc_zos_fault(m->text, &fault_line);
        if (fault) {
                import_complain(&m->import, fault_line, NULL, "%s", fault);
                return -EINVAL;
        }
        m->is_output = mqsc_display_is_output(m->text);
        qmgr_add(m, NULL);

        read_lines(m);
        if (!m->import.no_memory && !m->is_known && m->import.n_errors == 0) {
                import_complain(&m->import, 0, NULL,
                        "the file holds no MQSC command and no output of runmqsc; is it the right file?");
                return -EINVAL;
        }
        if (!m->import.no_memory)
                import_mqsc_conclude(m);
        return import_finish(&m->import, ret);
}

int import_mqsc_text(const char *path, const char *text, size_t len, const ImportOptions *options,
        Issues *issues, ImportResult *ret)
{
        CLEANUP(import_end) MqscImport m = {0};

        assert(path);
        assert(text);
        assert(issues);
        assert(ret);

        import_begin(&m.import, path, options, issues);
        return import_all(&m, text, len, ret);
}

int import_mqsc_file(
        const char *path, const ImportOptions *options, Issues *issues, ImportResult *ret)
{
        CLEANUP(import_end) MqscImport m = {0};
        CLEANUP_BUF Buf text = BUF_INIT;
        int r;

        assert(path);
        assert(issues);
        assert(ret);

        import_begin(&m.import, path, options, issues);
        r = import_read(&m.import, &text);
        if (r < 0)
                return r;
        return import_all(&m, buf_str(&text), text.len, ret);
}
