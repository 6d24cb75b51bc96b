/* SPDX-License-Identifier: MIT */

/* What is said when the listener serves something else than the key repository holds. */

#include "judge/assess.h"

#include <string.h>

#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY

enum {
        OLD = 'o', /* fingerprints of one byte, repeated */
        NEW = 'n',
        OTHER = 'x',
        STRANGE = 's', /* in no file */
};

/* When each begins and ends, in days from now. */
static const struct {
        char id;
        int from, until;
} certs[] = {
        { OLD, -300, 60 },
        { NEW, -1, 364 },
        { OTHER, -300, 60 },
        { STRANGE, -400, 100 },
};

static CertFacts cert(char id)
{
        CertFacts c = { .has_not_before = true, .has_not_after = true };

        memset(c.sha256, id, sizeof(c.sha256));
        for (size_t i = 0; i < ARRAY_LEN(certs); i++)
                if (certs[i].id == id) {
                        c.not_before_at = NOW + certs[i].from * DAY;
                        c.not_after_at = NOW + certs[i].until * DAY;
                }
        return c;
}

static void add_address(Observation *o, char served, int64_t kept_at)
{
        AddressObservation *a = NULL;
        char ip[] = "192.0.2.0";

        ip[sizeof(ip) - 2] = (char) ('1' + o->n_addresses);
        ck_assert_int_eq(observation_add_address(o, "qm1.example.com(1414)", ip, &a), 0);
        a->attempted = true;
        a->phase = kept_at ? PHASE_CONNECT : PHASE_CLOSE;
        a->end = kept_at ? END_TIMEOUT : END_COMPLETED;
        a->tls.server_hello_seen = !kept_at;
        a->chain_kept_at = kept_at;
        if (!served)
                return;
        a->chain = calloc(1, sizeof(*a->chain));
        ck_assert_ptr_nonnull(a->chain);
        a->chain->certs = calloc(1, sizeof(*a->chain->certs));
        ck_assert_ptr_nonnull(a->chain->certs);
        a->chain->n_certs = a->chain->n_certs_sent = 1;
        a->chain->certs[0].facts = cert(served);
}

/* A key repository of up to two certificates; the first is the one to be served. */
typedef struct File {
        char labels[2][8];
        char path[32];
        KeystoreEntry entries[2];
        Keystore keystore;
} File;

static void make_file(File *f, const char *ids)
{
        *f = (File){ .labels = { "new", "old" }, .path = "/var/mqm/key.kdb" };
        f->keystore.path = f->path;
        f->keystore.kind = KEYSTORE_KIND_CMS;
        f->keystore.entries = f->entries;
        f->keystore.n_entries = strlen(ids);
        for (size_t i = 0; ids[i]; i++) {
                f->entries[i].label = f->labels[i];
                f->entries[i].facts = cert(ids[i]);
        }
}

typedef struct Row {
        const char *name;
        const char *served;   /* per address; '-': none was seen */
        int kept_days;        /* > 0: all of it was seen that long ago, and nothing now */
        const char *files[2]; /* NULL: no such; "": cannot tell what it is to serve */
        int changed_days;     /* > 0: the files are known to be as they are since then only */
        bool all_addresses;
        KeystoreMatch matches[2];
        const char *said;     /* in the finding; NULL: there is none */
        Severity severity;    /* of the finding; 0: warning */
        int critical_days;
} Row;

static const Row rows[] = {
        { .name = "the same certificate", .served = "n", .files = { "no" },
                .matches = { KEYSTORE_MATCH_YES } },
        { .name = "renewed on disk only", .served = "o", .files = { "n" },
                .matches = { KEYSTORE_MATCH_NO },
                .said = "renewed on disk, but REFRESH SECURITY TYPE(SSL) was not done" },
        { .name = "renewed under a new label, the old one kept", .served = "o", .files = { "no" },
                .matches = { KEYSTORE_MATCH_NO },
                .said = "(/var/mqm/key.kdb, label 'new') holds a newer one until" },
        { .name = "what is served is about to end", .served = "o", .files = { "n" },
                .matches = { KEYSTORE_MATCH_NO }, .said = "renewed on disk",
                .severity = SEVERITY_CRITICAL, .critical_days = 90 },
        { .name = "the file holds the older one", .served = "n", .files = { "o" },
                .matches = { KEYSTORE_MATCH_NO }, .said = "an older one until" },
        { .name = "what is served stands under another label", .served = "n", .files = { "on" },
                .matches = { KEYSTORE_MATCH_NO }, .said = "and what is served under label 'old'" },
        { .name = "two certificates of the same dates", .served = "x", .files = { "o" },
                .matches = { KEYSTORE_MATCH_NO }, .said = "it is not the file or the label" },
        { .name = "a file that was not read yet", .served = "o", .files = { "" },
                .matches = { KEYSTORE_MATCH_UNKNOWN } },
        { .name = "nothing was ever served", .served = "-", .files = { "o" },
                .matches = { KEYSTORE_MATCH_UNKNOWN } },
        { .name = "what was seen last outlives a missed probe", .served = "o", .kept_days = 1,
                .files = { "n" }, .matches = { KEYSTORE_MATCH_NO } },
        { .name = "but not a later change of the file", .served = "o", .kept_days = 2,
                .files = { "n" }, .changed_days = 1, .matches = { KEYSTORE_MATCH_UNKNOWN } },
        { .name = "a change before it was seen counts", .served = "o", .kept_days = 1,
                .files = { "n" }, .changed_days = 2, .matches = { KEYSTORE_MATCH_NO } },
        { .name = "one of two addresses was not refreshed", .served = "no", .files = { "n" },
                .all_addresses = true, .matches = { KEYSTORE_MATCH_NO }, .said = "renewed on disk" },
        { .name = "each node has a file of its own", .served = "ox", .files = { "o", "x" },
                .all_addresses = true, .matches = { KEYSTORE_MATCH_YES, KEYSTORE_MATCH_YES } },
        { .name = "only one of the nodes answers", .served = "x", .files = { "o", "x" },
                .matches = { KEYSTORE_MATCH_UNKNOWN, KEYSTORE_MATCH_YES } },
        { .name = "a node serves what no file holds", .served = "os", .files = { "o", "x" },
                .all_addresses = true, .matches = { KEYSTORE_MATCH_NO, KEYSTORE_MATCH_NO },
                .said = "holds a newer one" },
        { .name = "one of the files cannot be read", .served = "o", .files = { "", "o" },
                .matches = { KEYSTORE_MATCH_UNKNOWN, KEYSTORE_MATCH_YES } },
};

static const Finding *find(const Assessment *a)
{
        for (size_t i = 0; i < a->n_findings; i++)
                if (a->findings[i].diagnosis == DIAGNOSIS_POLICY_KEYSTORE_NOT_SERVED)
                        return &a->findings[i];
        return NULL;
}

static void check_finding(const Row *row, const Assessment *a)
{
        const Finding *f = find(a);

        if (!row->said) {
                ck_assert_msg(!f, "%s: %s", row->name, f ? f->message : "");
                return;
        }
        ck_assert_msg(f != NULL, "%s: nothing was found", row->name);
        ck_assert_msg(strstr(f->message, row->said) != NULL, "%s: %s", row->name, f->message);
        ck_assert_msg(f->severity == (row->severity ? row->severity : SEVERITY_WARNING), "%s: %s",
                row->name, severity_to_string(f->severity));
        if (!row->all_addresses) /* that addresses differ is another matter, which fails */
                ck_assert_msg(a->success, "%s: it does not stop traffic", row->name);
}

START_TEST(the_listener_is_held_against_the_files)
{
        const Row *row = &rows[_i];
        File files[2];
        SurroundingKeystore keystores[2] = {0};
        Surroundings around = { .keystores = keystores };
        const int critical_days = row->critical_days ? row->critical_days : 7;
        const Policy policy = {
                .all_addresses = row->all_addresses,
                .expiry_warning = { .seconds = 100 * DAY },
                .expiry_critical = { .seconds = critical_days * DAY },
        };
        CLEANUP(observation_cleanup) Observation *o = NULL;
        CLEANUP(assessment_cleanup) Assessment *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->finished_at = NOW;
        o->resolve_end = END_COMPLETED;
        for (const char *s = row->served; *s; s++)
                add_address(o, *s == '-' ? 0 : *s, row->kept_days ? NOW - row->kept_days * DAY : 0);

        for (size_t i = 0; i < ARRAY_LEN(files) && row->files[i]; i++) {
                bool is_known = row->files[i][0] != '\0';

                make_file(&files[i], row->files[i]);
                keystores[around.n_keystores++] = (SurroundingKeystore){
                        .name = i == 0 ? "QM1 repository" : "QM1 repository, node 2",
                        .label = is_known ? "new" : NULL,
                        .keystore = is_known ? &files[i].keystore : NULL,
                        .entry = is_known ? &files[i].entries[0] : NULL,
                        .since_at = row->changed_days ? NOW - row->changed_days * DAY : 0,
                };
        }

        ck_assert_int_eq(assess(o, &policy, &around, NOW, &a), 0);
        check_finding(row, a);
        ck_assert_uint_eq(a->n_keystores, around.n_keystores);
        for (size_t i = 0; i < a->n_keystores; i++) {
                ck_assert_str_eq(a->keystores[i].name, keystores[i].name);
                ck_assert_msg(a->keystores[i].match == row->matches[i], "%s: key repository %zu: %d",
                        row->name, i, (int) a->keystores[i].match);
        }
}
END_TEST

START_TEST(without_a_key_repository_nothing_is_said)
{
        const Policy policy = {0};
        CLEANUP(observation_cleanup) Observation *o = NULL;
        CLEANUP(assessment_cleanup) Assessment *a = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        add_address(o, OLD, 0);
        ck_assert_int_eq(assess(o, &policy, NULL, NOW, &a), 0);
        ck_assert(!find(a));
        ck_assert_uint_eq(a->n_keystores, 0);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("assess_keystore");
        TCase *tc = tcase_create("assess_keystore");

        tcase_add_loop_test(tc, the_listener_is_held_against_the_files, 0, (int) ARRAY_LEN(rows));
        tcase_add_test(tc, without_a_key_repository_nothing_is_said);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
