/* SPDX-License-Identifier: MIT */

/*
 * Each table is shown by a list of columns: a key, which is the column's title for people as well, and
 * a function that gives the value of a row. Text is aligned, except for the last column, which may be
 * long.
 */

#include "render/render_tables.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "judge/diagnosis.h"
#include "judge/drift.h"
#include "model/config_load.h"
#include "mq/cipherspec.h"
#include "render/alert.h"
#include "render/metrics.h"
#include "render/render_status_json.h"

enum {
        COLUMNS_MAX = 16,
        COLUMN_GAP = 2,
        CELL_SIZE = 32,
};

typedef enum CellType {
        CELL_TEXT, /* "" is null in JSON and "-" in text */
        CELL_BOOLEAN,
        CELL_INTEGER,
} CellType;

typedef struct Cell {
        CellType type;
        const char *text;
        int64_t number;
        char made[CELL_SIZE]; /* where the text has to be made, it stands here */
} Cell;

typedef struct DumpColumn {
        const char *key;
        bool only_json; /* too long for a line of a table */
        void (*get)(const void *row, Cell *ret);
} DumpColumn;

typedef struct Dump {
        const DumpColumn *columns;
        size_t n_columns;
        const void *(*row)(size_t i); /* NULL behind the last */
} Dump;

static const char *cell_text(Cell *cell)
{
        const char *text = cell->text ? cell->text : cell->made;

        switch (cell->type) {
        case CELL_BOOLEAN:
                return cell->number ? "yes" : "no";
        case CELL_INTEGER:
                (void) snprintf(cell->made, sizeof(cell->made), "%lld", (long long) cell->number);
                return cell->made;
        case CELL_TEXT:
        default:
                return *text ? text : "-";
        }
}

static void dump_line(const Dump *d, const void *row, const size_t *widths, Buf *b)
{
        size_t blanks = 0;

        for (size_t c = 0; c < d->n_columns; c++) {
                const char *text = d->columns[c].key;
                Cell cell = {0};

                if (d->columns[c].only_json)
                        continue;
                if (row) {
                        d->columns[c].get(row, &cell);
                        text = cell_text(&cell);
                }

                /* Blanks are written once something follows: no line ends in one. */
                for (; blanks > 0; blanks--)
                        buf_append_char(b, ' ');
                buf_append_str(b, text);
                blanks = strlen(text) < widths[c] ? widths[c] - strlen(text) : 0;
                blanks += COLUMN_GAP;
        }
        buf_append_char(b, '\n');
}

static int dump_text(const Dump *d, Buf *b)
{
        size_t widths[COLUMNS_MAX] = {0};
        const void *row = NULL;

        assert(d->n_columns <= COLUMNS_MAX);

        for (size_t c = 0; c < d->n_columns; c++) {
                widths[c] = strlen(d->columns[c].key);
                for (size_t i = 0; (row = d->row(i)); i++) {
                        Cell cell = {0};
                        size_t len = 0;

                        d->columns[c].get(row, &cell);
                        len = strlen(cell_text(&cell));
                        widths[c] = MAX_OF(widths[c], len);
                }
        }

        dump_line(d, NULL, widths, b);
        for (size_t i = 0; (row = d->row(i)); i++)
                dump_line(d, row, widths, b);
        return buf_error(b);
}

static int dump_json(const Dump *d, Buf *b)
{
        Json j = {0};
        json_t *list = json_new_array(&j);
        const void *row = NULL;

        for (size_t i = 0; (row = d->row(i)); i++) {
                json_t *o = json_new_object(&j);

                for (size_t c = 0; c < d->n_columns; c++) {
                        const char *key = d->columns[c].key;
                        Cell cell = {0};

                        d->columns[c].get(row, &cell);
                        if (cell.type == CELL_BOOLEAN)
                                json_put_boolean(&j, o, key, cell.number != 0);
                        else if (cell.type == CELL_INTEGER)
                                json_put_integer(&j, o, key, cell.number);
                        else
                                json_put_words(&j, o, key, cell.text ? cell.text : cell.made);
                }
                json_append(&j, list, o);
        }
        json_write(&j, list, b);
        return json_finish(&j, b);
}

static int dump(const Dump *d, bool json, Buf *b)
{
        assert(b);

        return json ? dump_json(d, b) : dump_text(d, b);
}

/* Defines a getter of one field of a row. */
#define TEXT_FIELD(prefix, row_type, field)                                                        \
        static void prefix##_##field(const void *row, Cell *ret)                                   \
        {                                                                                          \
                *ret = (Cell){.type = CELL_TEXT, .text = ((const row_type *) row)->field};         \
        }
#define NUMBER_FIELD(prefix, row_type, field, cell_type)                                           \
        static void prefix##_##field(const void *row, Cell *ret)                                   \
        {                                                                                          \
                const row_type *r = row;                                                           \
                                                                                                   \
                *ret = (Cell){.type = (cell_type), .number = (int64_t) r->field};                    \
        }

/* ---- settings ---- */

TEXT_FIELD(setting, SettingInfo, section)
TEXT_FIELD(setting, SettingInfo, name)
TEXT_FIELD(setting, SettingInfo, type)
TEXT_FIELD(setting, SettingInfo, fallback)
TEXT_FIELD(setting, SettingInfo, limits)
TEXT_FIELD(setting, SettingInfo, meaning)
NUMBER_FIELD(setting, SettingInfo, in_defaults, CELL_BOOLEAN)
NUMBER_FIELD(setting, SettingInfo, supported, CELL_BOOLEAN)

static const void *setting_row(size_t i)
{
        return setting_info(i);
}

int render_settings(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "section", .get = setting_section},
                {.key = "name", .get = setting_name},
                {.key = "type", .get = setting_type},
                {.key = "default", .get = setting_fallback},
                {.key = "limits", .get = setting_limits},
                {.key = "in_defaults", .get = setting_in_defaults},
                {.key = "supported", .get = setting_supported},
                {.key = "meaning", .get = setting_meaning},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), setting_row}, json, b);
}

/* ---- metrics ---- */

TEXT_FIELD(metric, MetricInfo, name)
TEXT_FIELD(metric, MetricInfo, unit)
TEXT_FIELD(metric, MetricInfo, labels)
TEXT_FIELD(metric, MetricInfo, help)

static void metric_type(const void *row, Cell *ret)
{
        const MetricInfo *info = row;

        *ret = (Cell){
                .type = CELL_TEXT,
                .text = metric_type_to_string(info->type),
        };
}

static const void *metric_row(size_t i)
{
        return i < _METRIC_MAX ? metric_info((Metric) i) : NULL;
}

int render_metric_families(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "name", .get = metric_name},
                {.key = "type", .get = metric_type},
                {.key = "unit", .get = metric_unit},
                {.key = "labels", .get = metric_labels},
                {.key = "help", .get = metric_help},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), metric_row}, json, b);
}

/* ---- diagnoses ---- */

TEXT_FIELD(diagnosis, DiagnosisInfo, reason)
TEXT_FIELD(diagnosis, DiagnosisInfo, meaning)
TEXT_FIELD(diagnosis, DiagnosisInfo, cause)
TEXT_FIELD(diagnosis, DiagnosisInfo, amq_initiator)
TEXT_FIELD(diagnosis, DiagnosisInfo, amq_qmgr)
TEXT_FIELD(diagnosis, DiagnosisInfo, csqx)
TEXT_FIELD(diagnosis, DiagnosisInfo, mqrc)
TEXT_FIELD(diagnosis, DiagnosisInfo, remedy)
TEXT_FIELD(diagnosis, DiagnosisInfo, certainty)
NUMBER_FIELD(diagnosis, DiagnosisInfo, fails, CELL_BOOLEAN)

static void diagnosis_stage(const void *row, Cell *ret)
{
        const DiagnosisInfo *info = row;

        *ret = (Cell){.type = CELL_TEXT, .text = stage_to_string(info->stage)};
}

static void diagnosis_severity(const void *row, Cell *ret)
{
        const DiagnosisInfo *info = row;

        *ret = (Cell){.type = CELL_TEXT, .text = severity_to_string(info->severity)};
}

static const void *diagnosis_row(size_t i)
{
        size_t id = i + DIAGNOSIS_NONE + 1;

        return id < _DIAGNOSIS_MAX ? diagnosis_info((Diagnosis) id) : NULL;
}

int render_diagnoses(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "stage", .get = diagnosis_stage},
                {.key = "reason", .get = diagnosis_reason},
                {.key = "severity", .get = diagnosis_severity},
                {.key = "fails", .get = diagnosis_fails},
                {.key = "certainty", .get = diagnosis_certainty},
                {.key = "cause", .only_json = true, .get = diagnosis_cause},
                {.key = "amq_initiator", .only_json = true, .get = diagnosis_amq_initiator},
                {.key = "amq_qmgr", .only_json = true, .get = diagnosis_amq_qmgr},
                {.key = "csqx", .only_json = true, .get = diagnosis_csqx},
                {.key = "mqrc", .only_json = true, .get = diagnosis_mqrc},
                {.key = "remedy", .only_json = true, .get = diagnosis_remedy},
                {.key = "meaning", .get = diagnosis_meaning},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), diagnosis_row}, json, b);
}

/* ---- CipherSpecs ---- */

TEXT_FIELD(spec, CipherSpec, name)
TEXT_FIELD(spec, CipherSpec, iana_name)
TEXT_FIELD(spec, CipherSpec, openssl_name)
TEXT_FIELD(spec, CipherSpec, key_exchange)
TEXT_FIELD(spec, CipherSpec, key_type)
TEXT_FIELD(spec, CipherSpec, encryption)
TEXT_FIELD(spec, CipherSpec, mac)
TEXT_FIELD(spec, CipherSpec, fips)
TEXT_FIELD(spec, CipherSpec, platforms)
TEXT_FIELD(spec, CipherSpec, status)
NUMBER_FIELD(spec, CipherSpec, bits, CELL_INTEGER)
NUMBER_FIELD(spec, CipherSpec, preference, CELL_INTEGER)

static void spec_code(const void *row, Cell *ret)
{
        const CipherSpec *spec = row;

        *ret = (Cell){.type = CELL_TEXT};
        (void) snprintf(ret->made, sizeof(ret->made), "%04X", (unsigned) spec->code);
}

static void spec_version(const void *row, Cell *ret)
{
        const CipherSpec *spec = row;

        *ret = (Cell){.type = CELL_TEXT, .text = tls_version_to_string(spec->version)};
}

static void spec_support(const void *row, Cell *ret)
{
        static const char *const words[] = {
                [CIPHERSPEC_SPOKEN] = "spoken",
                [CIPHERSPEC_NOT_COMPILED] = "not_compiled",
                [CIPHERSPEC_NO_PROTOCOL] = "no_protocol",
                [CIPHERSPEC_NO_NAME] = "no_name",
        };
        const CipherSpec *spec = row;

        *ret = (Cell){.type = CELL_TEXT, .text = words[spec->support]};
}

static const void *spec_row(size_t i)
{
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);

        return i < n ? &table[i] : NULL;
}

int render_cipherspecs(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "name", .get = spec_name},
                {.key = "code", .get = spec_code},
                {.key = "version", .get = spec_version},
                {.key = "iana_name", .only_json = true, .get = spec_iana_name},
                {.key = "openssl_name", .get = spec_openssl_name},
                {.key = "key_exchange", .only_json = true, .get = spec_key_exchange},
                {.key = "key_type", .get = spec_key_type},
                {.key = "encryption", .only_json = true, .get = spec_encryption},
                {.key = "bits", .only_json = true, .get = spec_bits},
                {.key = "mac", .only_json = true, .get = spec_mac},
                {.key = "preference", .get = spec_preference},
                {.key = "support", .get = spec_support},
                {.key = "fips", .get = spec_fips},
                {.key = "platforms", .only_json = true, .get = spec_platforms},
                {.key = "status", .get = spec_status},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), spec_row}, json, b);
}

/* ---- what changes ---- */

TEXT_FIELD(kind, DriftKindInfo, name)
NUMBER_FIELD(kind, DriftKindInfo, of_cert, CELL_BOOLEAN)
NUMBER_FIELD(kind, DriftKindInfo, of_offer, CELL_BOOLEAN)
TEXT_FIELD(kind, DriftKindInfo, meaning)
TEXT_FIELD(kind, DriftKindInfo, breaks)
TEXT_FIELD(kind, DriftKindInfo, remedy)

static const void *kind_row(size_t i)
{
        return i < _DRIFT_KIND_MAX ? drift_kind_info((DriftKind) i) : NULL;
}

int render_drift_kinds(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "name", .get = kind_name},
                {.key = "of_cert", .get = kind_of_cert},
                {.key = "of_offer", .get = kind_of_offer},
                {.key = "breaks", .only_json = true, .get = kind_breaks},
                {.key = "remedy", .only_json = true, .get = kind_remedy},
                {.key = "meaning", .get = kind_meaning},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), kind_row}, json, b);
}

TEXT_FIELD(event, DriftEventInfo, name)
NUMBER_FIELD(event, DriftEventInfo, is_alarm, CELL_BOOLEAN)
TEXT_FIELD(event, DriftEventInfo, meaning)

static const void *event_row(size_t i)
{
        return i < _DRIFT_EVENT_MAX ? drift_event_info((DriftEvent) i) : NULL;
}

int render_drift_events(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "name", .get = event_name},
                {.key = "alarm", .get = event_is_alarm},
                {.key = "meaning", .get = event_meaning},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), event_row}, json, b);
}

/* ---- alerts ---- */

TEXT_FIELD(alert, AlertInfo, name)
TEXT_FIELD(alert, AlertInfo, severity)
TEXT_FIELD(alert, AlertInfo, meaning)
TEXT_FIELD(alert, AlertInfo, impact)
TEXT_FIELD(alert, AlertInfo, diagnosis)
TEXT_FIELD(alert, AlertInfo, mitigation)

static const void *alert_row(size_t i)
{
        return alert_info(i);
}

int render_alerts(bool json, Buf *b)
{
        static const DumpColumn columns[] = {
                {.key = "name", .get = alert_name},
                {.key = "severity", .get = alert_severity},
                {.key = "impact", .only_json = true, .get = alert_impact},
                {.key = "diagnosis", .only_json = true, .get = alert_diagnosis},
                {.key = "mitigation", .only_json = true, .get = alert_mitigation},
                {.key = "meaning", .get = alert_meaning},
        };

        return dump(&(Dump){columns, ARRAY_LEN(columns), alert_row}, json, b);
}
