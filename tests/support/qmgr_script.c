/* SPDX-License-Identifier: MIT */
#include "tests/support/qmgr_script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum {
        WORDS_MAX = 32,
        LINE_SIZE = 4096,
        EXIT_MISTAKE = 2,
};

typedef struct Line {
        const char *path;
        unsigned number;
        char *words[WORDS_MAX];
        size_t n_words;
} Line;

static const struct {
        const char *name;
        uint8_t flags1, flags2;
        bool mask;
} counter_table[] = {
        {"ccsid", MQID_ERROR1_CCSID, 0, false},
        {"encoding", MQID_ERROR1_ENCODING, 0, false},
        {"transmission", MQID_ERROR1_TRANSMISSION_SIZE, 0, false},
        {"fap", MQID_ERROR1_FAP_LEVEL, 0, false},
        {"message", MQID_ERROR1_MESSAGE_SIZE, 0, false},
        {"batch", MQID_ERROR1_BATCH_SIZE, 0, false},
        {"wrap", MQID_ERROR1_SEQUENCE_WRAP, 0, false},
        {"heartbeat", MQID_ERROR1_HEARTBEAT, 0, false},
        {"header-compression", 0, MQID_ERROR2_HEADER_COMPRESSION, false},
        {"message-compression", 0, MQID_ERROR2_MESSAGE_COMPRESSION, false},
        {"key-reset", 0, MQID_ERROR2_KEY_RESET, false},
        {"mask", 0, 0, true},
};

static const struct {
        const char *name;
        QmgrAnswer answer;
} answer_table[] = {
        {"accept", QMGR_ACCEPT},
        {"positive", QMGR_POSITIVE},
        {"silent", QMGR_SILENT},
        {"close", QMGR_CLOSE},
        {"garbage", QMGR_GARBAGE},
        {"alert", QMGR_ALERT},
        {"echo", QMGR_ECHO},
};

static const char *const end_conv_names[] = {"accept", "refuse", "ignore"};
static const char *const header_names[] = {"TSH", "TSHM", "TSHC"};

__attribute__((noreturn)) static void mistake(const Line *line, const char *what, const char *value)
{
        (void) fprintf(stderr, "%s:%u: %s: %s\n", line->path, line->number, what, value);
        exit(EXIT_MISTAKE);
}

/* ---- values ---- */

static unsigned read_number(const Line *line, const char *text, unsigned long max)
{
        char *end;
        unsigned long n = strtoul(text, &end, 0);

        if (text[0] < '0' || text[0] > '9' || *end != '\0' || n > max)
                mistake(line, "no number in range", text);
        return (unsigned) n;
}

static unsigned read_choice(const Line *line, const char *text, const char *const *names, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (strcmp(text, names[i]) == 0)
                        return (unsigned) i;
        mistake(line, "unknown value", text);
}

static bool read_bool(const Line *line, const char *text, const char *no, const char *yes)
{
        const char *const names[] = {no, yes};

        return read_choice(line, text, names, ARRAY_LEN(names)) == 1;
}

static void read_text(const Line *line, const char *text, char *ret, size_t size)
{
        if (strlen(text) >= size)
                mistake(line, "too long", text);
        (void) snprintf(ret, size, "%s", text);
}

static void read_counter(const Line *line, char *list, QmgrBehaviour *b)
{
        char *rest = NULL;

        b->answer = QMGR_COUNTER;
        for (char *word = strtok_r(list, "+", &rest); word; word = strtok_r(NULL, "+", &rest)) {
                size_t i = 0;

                while (i < ARRAY_LEN(counter_table) && strcmp(word, counter_table[i].name) != 0)
                        i++;
                if (i == ARRAY_LEN(counter_table)) {
                        b->counter_flags1 |= (uint8_t) read_number(line, word, UINT8_MAX);
                        continue;
                }
                b->counter_flags1 |= counter_table[i].flags1;
                b->counter_flags2 |= counter_table[i].flags2;
                b->counter_mask = b->counter_mask || counter_table[i].mask;
        }
}

static void read_answer(const Line *line, char *text, QmgrBehaviour *b)
{
        b->counter_flags1 = b->counter_flags2 = 0;
        b->counter_mask = false;
        if (strncmp(text, "counter:", strlen("counter:")) == 0) {
                read_counter(line, text + strlen("counter:"), b);
                return;
        }
        if (strncmp(text, "status:", strlen("status:")) == 0) {
                b->answer = QMGR_STATUS;
                b->status_code = read_number(line, text + strlen("status:"), UINT32_MAX);
                return;
        }
        for (size_t i = 0; i < ARRAY_LEN(answer_table); i++)
                if (strcmp(text, answer_table[i].name) == 0) {
                        b->answer = answer_table[i].answer;
                        return;
                }
        mistake(line, "unknown answer", text);
}

/* ---- words ---- */

static bool set_identity(const Line *line, const char *key, const char *value, QmgrBehaviour *b)
{
        if (strcmp(key, "qmgr") == 0)
                read_text(line, value, b->qmgr_name, sizeof(b->qmgr_name));
        else if (strcmp(key, "qmgrid") == 0)
                read_text(line, value, b->qmgr_id, sizeof(b->qmgr_id));
        else if (strcmp(key, "product") == 0)
                read_text(line, value, b->product_id, sizeof(b->product_id));
        else if (strcmp(key, "order") == 0)
                b->little_endian = read_bool(line, value, "big", "little");
        else if (strcmp(key, "ebcdic") == 0)
                b->ebcdic = read_bool(line, value, "no", "yes");
        else if (strcmp(key, "fap") == 0)
                b->fap_level = (uint8_t) read_number(line, value, UINT8_MAX);
        else if (strcmp(key, "sharecnv") == 0)
                b->sharecnv = read_number(line, value, UINT32_MAX);
        else
                return false;
        return true;
}

/* Returns false when the key is no switch. */
static bool set_behaviour(const Line *line, const char *key, char *value, QmgrBehaviour *b)
{
        if (strcmp(key, "answer") == 0) {
                read_answer(line, value, b);
        } else if (strcmp(key, "counters") == 0) {
                b->n_counters = read_number(line, value, UINT32_MAX);
        } else if (strcmp(key, "header") == 0) {
                b->has_header = strcmp(value, "auto") != 0;
                if (b->has_header)
                        b->header = (MqHeaderForm) read_choice(
                                line, value, header_names, ARRAY_LEN(header_names));
        } else if (strcmp(key, "heartbeats") == 0) {
                b->n_heartbeats = read_number(line, value, UINT16_MAX);
        } else if (strcmp(key, "slice") == 0) {
                b->slice = read_number(line, value, UINT16_MAX);
        } else if (strcmp(key, "cut") == 0) {
                b->cut = read_number(line, value, UINT16_MAX);
        } else if (strcmp(key, "checks") == 0) {
                b->cipherspec_first = read_bool(line, value, "type-first", "cipherspec-first");
        } else if (strcmp(key, "end-conv") == 0) {
                b->end_conv = (QmgrEndConv) read_choice(
                        line, value, end_conv_names, ARRAY_LEN(end_conv_names));
        } else {
                return set_identity(line, key, value, b);
        }
        return true;
}

static bool set_attribute(const Line *line, const char *key, const char *value, QmgrChannel *c)
{
        CLEANUP_FREE char *why = NULL;

        if (strcmp(key, "type") == 0) {
                c->type = channel_type_from_string(value);
                if (c->type == _CHANNEL_TYPE_INVALID)
                        mistake(line, "no channel type", value);
        } else if (strcmp(key, "sslciph") == 0) {
                c->has_sslciph = value[0] != '\0';
                if (c->has_sslciph && sslciph_parse(value, &c->sslciph, NULL) < 0)
                        mistake(line, "no SSLCIPH", value);
        } else if (strcmp(key, "sslpeer") == 0) {
                if (value[0] != '\0' && sslpeer_parse(value, &why, &c->sslpeer) < 0)
                        mistake(line, why ? why : "no SSLPEER", value);
        } else if (strcmp(key, "sslcauth") == 0) {
                c->sslcauth_required = read_bool(line, value, "OPTIONAL", "REQUIRED");
        } else if (strcmp(key, "maxinst") == 0) {
                c->maxinst = read_number(line, value, UINT32_MAX);
        } else {
                return false;
        }
        return true;
}

/* ---- lines ---- */

/* Cuts a line into its words, in place; quotes hold words together and go away. */
static void split(Line *line, char *text)
{
        char *to = text;
        char quote = '\0';
        bool in_word = false;

        line->n_words = 0;
        for (; *text != '\0' && *text != '\n'; text++) {
                if (quote == '\0' && *text == '#')
                        break;
                if (quote == '\0' && strchr(" \t\r", *text)) {
                        if (in_word)
                                *to++ = '\0';
                        in_word = false;
                        continue;
                }
                if (!in_word) {
                        if (line->n_words == WORDS_MAX)
                                mistake(line, "too many words", text);
                        line->words[line->n_words++] = to;
                        in_word = true;
                }
                if (quote == '\0' && (*text == '"' || *text == '\''))
                        quote = *text;
                else if (quote == *text)
                        quote = '\0';
                else
                        *to++ = *text;
        }
        if (quote != '\0')
                mistake(line, "quote without an end", line->words[line->n_words - 1]);
        *to = '\0';
}

static QmgrChannel *add_channel(const Line *line, QmgrScript *s)
{
        QmgrChannel *c;

        if (line->n_words < 2 || !channel_name_is_valid(line->words[1], NULL))
                mistake(line, "no channel name", line->n_words < 2 ? "" : line->words[1]);
        if (qmgr_script_channel(s, line->words[1]))
                mistake(line, "defined twice", line->words[1]);
        if (util_grow(&s->channels, s->n_channels, sizeof(*s->channels)) < 0)
                abort();

        /* SSLCAUTH(REQUIRED) is what a channel has when nobody says otherwise. */
        c = &s->channels[s->n_channels++];
        *c = (QmgrChannel){.type = CHANNEL_TYPE_SVRCONN,
                .sslcauth_required = true,
                .maxinst = UINT32_MAX,
                .behaviour = s->others};
        read_text(line, line->words[1], c->name, sizeof(c->name));
        return c;
}

static void read_line(const Line *line, QmgrScript *s)
{
        bool is_channel = line->n_words > 0 && strcmp(line->words[0], "channel") == 0;
        QmgrChannel *c = is_channel ? add_channel(line, s) : NULL;

        for (size_t i = c ? 2 : 0; i < line->n_words; i++) {
                char *key = line->words[i], *value = strchr(key, '=');

                if (!value)
                        mistake(line, "no KEY=VALUE", key);
                *value++ = '\0';
                if (c && set_attribute(line, key, value, c))
                        continue;
                if (!set_behaviour(line, key, value, c ? &c->behaviour : &s->others))
                        mistake(line, "unknown word", key);
        }
}

void qmgr_script_load(const char *path, QmgrScript *ret)
{
        QmgrScript s = {.others = {.n_counters = 1,
                                .little_endian = true,
                                .fap_level = 17,
                                .qmgr_name = "QM1",
                                .qmgr_id = "QM1_2026-01-01_00.00.00",
                                .product_id = "MQMM09040300",
                                .sharecnv = 10}};
        Line line = {.path = path};
        char text[LINE_SIZE];
        FILE *f = fopen(path, "re");

        if (!f)
                mistake(&line, "cannot be opened", path);
        while (fgets(text, sizeof(text), f)) {
                line.number++;
                split(&line, text);
                read_line(&line, &s);
        }
        (void) fclose(f);
        *ret = s;
}

void qmgr_script_done(QmgrScript *s)
{
        for (size_t i = 0; i < s->n_channels; i++)
                sslpeer_free(s->channels[i].sslpeer);
        free(s->channels);
        *s = (QmgrScript){0};
}

QmgrChannel *qmgr_script_channel(const QmgrScript *s, const char *name)
{
        for (size_t i = 0; i < s->n_channels; i++)
                if (strcmp(s->channels[i].name, name) == 0)
                        return &s->channels[i];
        return NULL;
}
