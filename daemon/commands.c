/* SPDX-License-Identifier: MIT */
#include "daemon/commands.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/escape.h"
#include "daemon/access.h"
#include "daemon/clock.h"
#include "daemon/options.h"
#include "daemon/output.h"
#include "daemon/repository_reader.h"
#include "daemon/routes.h"
#include "daemon/versions.h"
#include "model/inventory.h"
#include "render/render_interop.h"
#include "render/render_tables.h"

static const struct {
        const char *name;
        int (*dump)(bool json, Buf *b);
} tables[] = {
        {"settings", render_settings},
        {"metrics", render_metric_families},
        {"diagnoses", render_diagnoses},
        {"cipherspecs", render_cipherspecs},
        {"drift", render_drift_kinds},
        {"drift-events", render_drift_events},
        {"alerts", render_alerts},
        {"routes", routes_dump},
};

static int compare_texts(const void *a, const void *b)
{
        return strcmp(*(const char *const *) a, *(const char *const *) b);
}

/* How many different texts there are, NULL not counted. Sorts. */
static size_t count_different(const char **texts, size_t n)
{
        size_t n_different = 0;

        qsort(texts, n, sizeof(*texts), compare_texts);
        for (size_t i = 0; i < n; i++)
                n_different += i == 0 || strcmp(texts[i], texts[i - 1]) != 0;
        return n_different;
}

static void append_count(Buf *b, size_t n, const char *one, const char *many)
{
        buf_appendf(b, "%zu %s", n, n == 1 ? one : many);
}

/* What was read, so that whoever asks sees that it is what was meant. */
static void append_summary(Buf *b, const Config *config)
{
        size_t n = config->n_endpoints, n_trust = 0, n_identities = 0;
        CLEANUP_FREE const char **trust = calloc(MAX_OF(n, (size_t) 1), sizeof(*trust));
        CLEANUP_FREE const char **identities = calloc(MAX_OF(n, (size_t) 1), sizeof(*identities));

        if (!trust || !identities) {
                b->failed = true;
                return;
        }
        for (size_t i = 0; i < n; i++) {
                if (config->endpoints[i].trust_path)
                        trust[n_trust++] = config->endpoints[i].trust_path;
                if (config->endpoints[i].identity_name)
                        identities[n_identities++] = config->endpoints[i].identity_name;
        }

        if (config->shard.count > 1)
                buf_appendf(b, "shard %u/%u takes %zu of %zu endpoints", config->shard.number,
                        config->shard.count, n, config->n_endpoints_all);
        else
                append_count(b, n, "endpoint", "endpoints");
        buf_append_str(b, ", ");
        append_count(b, count_different(trust, n_trust), "trust store", "trust stores");
        buf_append_str(b, ", ");
        append_count(b, count_different(identities, n_identities), "identity", "identities");
        if (config->n_keystores > 0) {
                buf_append_str(b, ", ");
                append_count(b, config->n_keystores, "key repository", "key repositories");
        }
}

static void append_line(Buf *b, const ConfigImport *i, const ImportSkip *s)
{
        escape_terminal(b, i->path, strlen(i->path));
        if (s->line > 0)
                buf_appendf(b, ":%u", s->line);
        buf_append_str(b, ": ");
        if (s->name[0]) {
                escape_terminal(b, s->name, strlen(s->name));
                buf_append_str(b, ": ");
        }
        buf_append_str(b, "skipped: ");
        escape_terminal(b, s->why, strlen(s->why));
        buf_append_char(b, '\n');
}

/* What each import gave, and what it did not, and why. */
static void append_imports(Buf *b, const Config *config)
{
        for (size_t k = 0; k < config->n_imports; k++) {
                const ConfigImport *i = &config->imports[k];

                for (size_t s = 0; s < i->n_skipped; s++)
                        append_line(b, i, &i->skipped[s]);

                escape_terminal(b, i->path, strlen(i->path));
                buf_appendf(b, ": %s: ", i->format);
                append_count(b, i->n_endpoints, "endpoint", "endpoints");
                buf_appendf(b, " imported, %zu skipped", i->n_skipped);
                if (i->n_explicit > 0)
                        buf_appendf(b, ", %zu given in endpoints =", i->n_explicit);
                buf_append_char(b, '\n');
        }
}

/* Reads them as the daemon will. What is wrong with one is a warning: it may be mended before. */
static int append_keystores(Buf *b, Config *config, Issues *issues)
{
        CLEANUP(inventory_cleanup) Inventory *inventory = NULL;
        const Repository *all = NULL;
        size_t n = 0;
        int r = inventory_new(config, &inventory);

        if (r >= 0)
                r = repository_reader_read_all(&clock_system, inventory, REPOSITORY_PATIENCE_USEC);
        if (r < 0)
                return r;

        all = inventory_repositories(inventory, &n);
        for (size_t i = 0; i < n; i++) {
                const KeystoreConfig *c = all[i].config;
                CLEANUP_BUF Buf message = BUF_INIT;

                repository_append_message(&all[i], &message);
                if (all[i].read_at == 0)
                        issues_add_warning(issues, c->file, c->line, c->name,
                                "%s could not be read in time; look at the disk that it is on", c->path);
                repository_complain(&all[i], issues);
                if (!all[i].keystore)
                        continue;
                escape_terminal(b, all[i].keystore->path, strlen(all[i].keystore->path));
                buf_appendf(b, ": %s: ", keystore_kind_words(all[i].keystore->kind));
                append_count(b, all[i].keystore->n_entries, "certificate", "certificates");
                if (all[i].severity == SEVERITY_OK)
                        buf_appendf(b, "; %s", buf_str(&message));
                buf_append_char(b, '\n');
        }
        return 0;
}

int command_check_config(const char *path, const ConfigSurroundings *surroundings)
{
        CLEANUP(config_cleanup) Config *config = NULL;
        CLEANUP(http_tls_cleanup) HttpTls *tls = NULL;
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf b = BUF_INIT;
        int r;

        assert(path);
        assert(surroundings);

        r = config_load(path, surroundings, &issues, &config);
        if (r >= 0)
                r = access_check(config, &issues, &tls);
        if (r >= 0) {
                append_imports(&b, config);
                r = append_keystores(&b, config, &issues);
        }
        output_issues(&issues);
        if (r < 0)
                return EXIT_STATUS_FAILED;

        buf_appendf(&b, "%s: ", path);
        append_summary(&b, config);
        buf_append_str(&b, ": ok\n");
        return output_write(&b) < 0 ? EXIT_STATUS_FAILED : EXIT_STATUS_OK;
}

int command_dump(const char *table, bool json)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        assert(table);

        for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
                if (strcmp(tables[i].name, table) != 0)
                        continue;
                if (tables[i].dump(json, &b) < 0)
                        b.failed = true;
                return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : EXIT_STATUS_OK;
        }
        output_problem("--dump=%s is unknown; choose settings, metrics, diagnoses, cipherspecs, "
                       "drift, drift-events, alerts or routes",
                table);
        return EXIT_STATUS_COULD_NOT_RUN;
}

/* Whoever writes OpenSSL's or Java's name, or errs by a letter, is told MQ's. */
static int parse_sslciph(const char *text, SslCiph *ret)
{
        const char *hint = NULL;

        if (sslciph_parse(text, ret, &hint) == 0)
                return 0;
        if (hint)
                output_problem("--interop: MQ has no CipherSpec \"%s\"; did you mean %s?", text, hint);
        else
                output_problem("--interop: MQ has no CipherSpec \"%s\"; mqtlsd --dump=cipherspecs "
                               "prints those that there are",
                        text);
        return -EINVAL;
}

int command_interop(const char *left, const char *right, bool json)
{
        const ReportStyle style = output_style();
        CLEANUP_BUF Buf b = BUF_INIT;
        SslCiph initiator, acceptor;
        int r;

        assert(left);
        assert(right);

        r = parse_sslciph(left, &initiator);
        if (parse_sslciph(right, &acceptor) < 0 || r < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        if (render_interop(&initiator, &acceptor, json ? NULL : &style, &b) < 0)
                b.failed = true;
        if (output_write(&b) < 0)
                return EXIT_STATUS_COULD_NOT_RUN;

        /* As they are numbered: 0 works, 1 may fail, 2 fails. */
        return (int) render_interop_result(&initiator, &acceptor);
}

int command_version(void)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_appendf(&b, "mqtlsd %s\n", version_own());
        buf_appendf(&b,
                "OpenSSL %s, libmicrohttpd %s, GnuTLS %s, libsystemd %s, SQLite %s, libconfig %s, "
                "jansson %s, libxcrypt %s, zlib %s\n",
                version_openssl(), version_microhttpd(), version_gnutls(), version_systemd(),
                version_sqlite(), version_libconfig(), version_jansson(), version_xcrypt(),
                version_zlib());
        return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : EXIT_STATUS_OK;
}

int command_help(void)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        options_help(&b);
        return output_write(&b) < 0 ? EXIT_STATUS_COULD_NOT_RUN : EXIT_STATUS_OK;
}
