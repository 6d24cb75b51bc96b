/* SPDX-License-Identifier: MIT */

/* Key repositories in the inventory: what is kept of them, and how endpoints are held against them. */

#include "model/repository.h"

#include <string.h>

#include "base/buf.h"
#include "model/config_load.h"
#include "model/inventory.h"
#include "model/repository_watch.h"
#include "tests/support/estate.h"
#include "tests/support/keystore_maker.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY
#define DEFAULT_LABEL "ibmwebspheremqqm1"

static PkiCert certificate(const char *cn, int from_days, int until_days)
{
        return pki_issue(&(PkiOptions){ .cn = cn, .not_before = PKI_AT(NOW + from_days * DAY),
                .not_after = PKI_AT(NOW + until_days * DAY) });
}

/* ---- by hand ---- */

/* What a look at a CMS key database of these came to. */
static RepositoryReading reading_of(const MakerRecord *records, size_t n)
{
        CLEANUP_MAKER MakerFile f = maker_cms(&(MakerOptions){ .version = 4 }, records, n);
        RepositoryReading reading = {0};

        ck_assert_int_eq(keystore_parse("/q/key.kdb", f.bytes.data, f.bytes.len, NULL, &reading.problem,
                                 &reading.keystore), 0);
        return reading;
}

static RepositoryReading reading_one(const char *label, const PkiCert *cert)
{
        const MakerRecord record = { .label = label, .cert = cert, .is_personal = true };

        return reading_of(&record, 1);
}

static RepositoryReading reading_failed(const char *problem)
{
        RepositoryReading reading = { .problem = strdup(problem) };

        ck_assert_ptr_nonnull(reading.problem);
        return reading;
}

static Config *config(const char *text)
{
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        Config *c = NULL;

        ck_assert_int_eq(config_load_text("test", text, strlen(text), NULL, &issues, &c), 0);
        return c;
}

#define KEYSTORES(more)                                                                            \
        "keystores = ( { name = \"k\"; path = \"/q/key.kdb\"; qmgr = \"QM1\"; " more " } );\n"
#define ENDPOINT(name, qmgr, more)                                                                 \
        "{ name = \"" name "\"; qmgr = \"" qmgr "\"; channel = \"A\"; conname = \"h\";"            \
        " sslciph = \"ANY\"; " more "}"

static Inventory *inventory(const char *text)
{
        CLEANUP(config_cleanup) Config *c = config(text);
        Inventory *i = NULL;

        ck_assert_int_eq(inventory_new(c, &i), 0);
        return i;
}

static bool take(Inventory *i, size_t index, RepositoryReading reading, int64_t at)
{
        bool changed = false;

        ck_assert_int_eq(inventory_take_reading(i, index, &reading, at, &changed), 0);
        ck_assert(!reading.keystore && !reading.problem && !reading.stash_problem);
        ck_assert_int_eq(inventory_reassess(i, at), 0);
        return changed;
}

static const Repository *repository(const Inventory *i, size_t index)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(i, &n);

        ck_assert_uint_lt(index, n);
        return &all[index];
}

static void served(Inventory *i, const char *endpoint, const PkiCert *cert, int64_t at)
{
        Observation *o = estate_observation(at);

        estate_answered(estate_address(o, "h(1414)", "192.0.2.1"), &cert, 1, false, at);
        ck_assert_int_eq(inventory_record(i, inventory_find(i, endpoint), o, at), 0);
}

static KeystoreMatch match_of(const Inventory *i, const char *endpoint)
{
        const Assessment *a = inventory_find(i, endpoint)->assessment;

        ck_assert_uint_eq(a->n_keystores, 1);
        return a->keystores[0].match;
}

static const char *found(const Inventory *i, const char *endpoint)
{
        const Assessment *a = inventory_find(i, endpoint)->assessment;

        for (size_t k = 0; k < a->n_findings; k++)
                if (a->findings[k].diagnosis == DIAGNOSIS_POLICY_KEYSTORE_NOT_SERVED)
                        return a->findings[k].message;
        return NULL;
}

/* ---- what is kept ---- */

START_TEST(a_look_that_fails_leaves_what_was_read_last)
{
        CLEANUP_PKI PkiCert cert = certificate("QM1", -10, 100);
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES(""));
        const Repository *r = repository(i, 0);

        ck_assert_int_eq(r->severity, SEVERITY_UNKNOWN);
        ck_assert(take(i, 0, reading_failed("it is not there"), NOW));
        ck_assert_str_eq(r->problem, "it is not there");
        ck_assert_int_eq(r->severity, SEVERITY_WARNING);
        ck_assert(!take(i, 0, reading_failed("it is not there"), NOW + 1));
        ck_assert_int_eq(r->read_at, NOW + 1);

        ck_assert(take(i, 0, reading_one(DEFAULT_LABEL, &cert), NOW + 2));
        ck_assert_ptr_null(r->problem);
        ck_assert_int_eq(r->severity, SEVERITY_OK);

        ck_assert(take(i, 0, reading_failed("it is damaged"), NOW + 3));
        ck_assert_str_eq(r->problem, "it is damaged");
        ck_assert_uint_eq(r->keystore->n_entries, 1);
        ck_assert_ptr_nonnull(repository_served(r, NULL)->entry);
        ck_assert_int_eq(r->severity, SEVERITY_WARNING);
        ck_assert_int_eq(r->since_at, 0);
}
END_TEST

START_TEST(a_look_at_an_unchanged_file_is_only_a_look)
{
        CLEANUP_PKI PkiCert cert = certificate("QM1", -10, 100);
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES(""));
        RepositoryReading unchanged = { .unchanged = true, .stash_problem = strdup("too wide") };

        (void) take(i, 0, reading_one(DEFAULT_LABEL, &cert), NOW);
        ck_assert(!take(i, 0, (RepositoryReading){ .unchanged = true }, NOW + 9));
        ck_assert_int_eq(repository(i, 0)->read_at, NOW + 9);
        ck_assert(take(i, 0, unchanged, NOW + 10));
        ck_assert_str_eq(repository(i, 0)->stash_problem, "too wide");
        ck_assert_ptr_nonnull(repository(i, 0)->keystore);
}
END_TEST

START_TEST(the_file_is_dated_by_its_content)
{
        CLEANUP_PKI PkiCert old = certificate("QM1", -300, 20), new = certificate("QM1", -1, 364);
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES(""));

        (void) take(i, 0, reading_one(DEFAULT_LABEL, &old), NOW);
        (void) take(i, 0, reading_one(DEFAULT_LABEL, &old), NOW + 10);
        ck_assert_int_eq(repository(i, 0)->since_at, 0);
        (void) take(i, 0, reading_one(DEFAULT_LABEL, &new), NOW + 20);
        (void) take(i, 0, reading_one(DEFAULT_LABEL, &new), NOW + 30);
        ck_assert_int_eq(repository(i, 0)->since_at, NOW + 20);
}
END_TEST

START_TEST(a_reload_that_reads_it_the_same_way_keeps_it)
{
        CLEANUP_PKI PkiCert cert = certificate("QM1", -10, 100);
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES(""));
        CLEANUP(config_cleanup) Config *same =
                config("keystores = ( { name = \"new\"; path = \"/n\"; },"
                       " { name = \"k\"; path = \"/q/key.kdb\"; qmgr = \"QM2\"; } );\n");
        CLEANUP(config_cleanup) Config *other =
                config("keystores = ( { name = \"k\"; path = \"/q/key.p12\"; qmgr = \"QM2\"; } );\n");

        (void) take(i, 0, reading_one(DEFAULT_LABEL, &cert), NOW);
        ck_assert_int_eq(inventory_sync(i, same, NULL, NULL), 0);
        ck_assert_int_eq(inventory_reassess(i, NOW), 0);
        ck_assert_int_eq(repository(i, 0)->read_at, 0);
        ck_assert_int_eq(repository(i, 0)->severity, SEVERITY_UNKNOWN);
        ck_assert_ptr_nonnull(repository(i, 1)->keystore);
        ck_assert_str_eq(repository_served(repository(i, 1), NULL)->label, "ibmwebspheremqqm2");
        ck_assert_int_eq(repository(i, 1)->severity, SEVERITY_CRITICAL);

        ck_assert_int_eq(inventory_sync(i, other, NULL, NULL), 0);
        ck_assert_ptr_null(repository(i, 0)->keystore);
}
END_TEST

/* ---- what is thought of it ---- */

START_TEST(only_what_would_be_served_is_held_to_the_thresholds)
{
        CLEANUP_PKI PkiCert cert = certificate("QM1", -10, 20), old = certificate("QM1", -300, -1);
        CLEANUP_PKI PkiCert app = certificate("QM1", -10, 5), ca = certificate("CA", -10, 1);
        const MakerRecord records[] = {
                { .label = "old", .cert = &old, .is_personal = true },
                { .label = DEFAULT_LABEL, .cert = &cert, .is_personal = true },
                { .label = "App", .cert = &app, .is_personal = true },
                { .label = "ca", .cert = &ca },
        };
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES("")
                "endpoints = ( " ENDPOINT("a", "QM1", "certlabl = \"App\";") ", "
                ENDPOINT("b", "QM1", "certlabl = \"App\";") ", "
                ENDPOINT("c", "qm1", "certlabl = \"other case\";") " );");
        const Repository *r = repository(i, 0);

        (void) take(i, 0, reading_of(records, ARRAY_LEN(records)), NOW);
        ck_assert_uint_eq(r->n_certs, 4);
        ck_assert_uint_eq(r->n_served, 2);
        ck_assert(!r->certs[0].is_held);
        ck_assert(r->certs[1].is_held);
        ck_assert_int_eq(r->certs[1].state, EXPIRY_WARNING);
        ck_assert_int_eq(r->certs[1].warning_seconds, 30 * DAY);
        ck_assert_int_eq(r->certs[1].critical_seconds, 7 * DAY);
        ck_assert_int_eq(r->certs[2].state, EXPIRY_CRITICAL);
        ck_assert(!r->certs[3].is_held);
        ck_assert_int_eq(r->severity, SEVERITY_CRITICAL);
        ck_assert_str_eq(repository_role(r->certs[0].entry), "personal");
        ck_assert_str_eq(repository_role(r->certs[3].entry), "signer");
        ck_assert_ptr_eq(repository_served(r, "App")->entry, r->certs[2].entry);
        ck_assert_ptr_null(repository_served(r, "other case"));
}
END_TEST

START_TEST(of_nobodys_file_every_certificate_with_a_key_is)
{
        CLEANUP_PKI PkiCert cert = certificate("web", -10, 20), ca = certificate("CA", -10, 1);
        const MakerRecord records[] = {
                { .label = "ca", .cert = &ca },
                { .label = "web", .cert = &cert, .is_personal = true },
        };
        CLEANUP(inventory_cleanup) Inventory *i =
                inventory("keystores = ( { name = \"web\"; path = \"/q/web.kdb\"; } );\n");
        const Repository *r = repository(i, 0);

        (void) take(i, 0, reading_of(records, ARRAY_LEN(records)), NOW);
        ck_assert_uint_eq(r->n_served, 0);
        ck_assert(!r->certs[0].is_held);
        ck_assert(r->certs[1].is_held);
        ck_assert_int_eq(r->severity, SEVERITY_WARNING);
        ck_assert(!repository_is_of(r, NULL));
}
END_TEST

/* ---- endpoints ---- */

START_TEST(renewed_on_disk_is_not_served_before_the_refresh)
{
        CLEANUP_PKI PkiCert old = certificate("QM1", -300, 20), new = certificate("QM1", -1, 364);
        CLEANUP(inventory_cleanup) Inventory *i = inventory(
                KEYSTORES("") "endpoints = ( " ENDPOINT("e", "QM1", "") ", " ENDPOINT("f", "qm1", "") " );");

        served(i, "e", &old, NOW);
        served(i, "f", &old, NOW);
        ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_UNKNOWN);
        (void) take(i, 0, reading_one(DEFAULT_LABEL, &old), NOW + 1);
        ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_YES);

        ck_assert(take(i, 0, reading_one(DEFAULT_LABEL, &new), NOW + 2));
        ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_NO);
        ck_assert_ptr_nonnull(strstr(found(i, "e"), "REFRESH SECURITY TYPE(SSL)"));
        ck_assert_ptr_nonnull(strstr(found(i, "e"), "key repository k (/q/key.kdb, label '" DEFAULT_LABEL));

        served(i, "e", &new, NOW + 3);
        ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_YES);
        ck_assert_ptr_null(found(i, "e"));

        /* Names are case-sensitive: another queue manager. */
        ck_assert_uint_eq(inventory_find(i, "f")->assessment->n_keystores, 0);
}
END_TEST

START_TEST(a_channel_with_a_label_of_its_own_is_held_to_it)
{
        CLEANUP_PKI PkiCert own = certificate("QM1", -10, 300), app = certificate("App", -10, 300);
        const MakerRecord records[] = {
                { .label = DEFAULT_LABEL, .cert = &own, .is_personal = true },
                { .label = "App", .cert = &app, .is_personal = true },
        };
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES("")
                "endpoints = ( " ENDPOINT("e", "QM1", "certlabl = \"App\";") ", "
                ENDPOINT("f", "QM1", "") " );");

        (void) take(i, 0, reading_of(records, ARRAY_LEN(records)), NOW);
        served(i, "e", &app, NOW + 1);
        served(i, "f", &app, NOW + 1);
        ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_YES);
        ck_assert_int_eq(match_of(i, "f"), KEYSTORE_MATCH_NO);
        ck_assert_ptr_nonnull(strstr(found(i, "f"), "what is served under label 'App'"));
}
END_TEST

START_TEST(nobody_is_sent_to_serve_what_cannot_be_served)
{
        CLEANUP_PKI PkiCert old = certificate("QM1", -300, 20), new = certificate("QM1", -1, 364);
        CLEANUP_PKI PkiCert early = certificate("QM1", 1, 364);
        const MakerRecord without_key = { .label = DEFAULT_LABEL, .cert = &new };
        const MakerRecord twice[] = {
                { .label = DEFAULT_LABEL, .cert = &new, .is_personal = true },
                { .label = DEFAULT_LABEL, .cert = &old, .is_personal = true },
        };
        RepositoryReading readings[] = {
                reading_of(&without_key, 1),
                reading_of(twice, 2),
                reading_one(DEFAULT_LABEL, &early),
        };
        CLEANUP(inventory_cleanup) Inventory *i =
                inventory(KEYSTORES("") "endpoints = ( " ENDPOINT("e", "QM1", "") " );");

        served(i, "e", &old, NOW);
        for (size_t k = 0; k < ARRAY_LEN(readings); k++) {
                (void) take(i, 0, readings[k], NOW + 1);
                ck_assert_int_eq(match_of(i, "e"), KEYSTORE_MATCH_UNKNOWN);
                ck_assert_ptr_null(found(i, "e"));
                ck_assert_int_ne(repository(i, 0)->severity, SEVERITY_OK);
        }
}
END_TEST

/* ---- when it is read ---- */

/* Looks, one letter each for how the file was found ("-": missing); upper case, and the second "-": it
 * is to be read. Behind it "*": it was changed meanwhile, to the next letter; "!": the reading failed. */
static const struct {
        const char *name, *looks;
} watch_rows[] = {
        { "at once", "A" },
        { "not again while it is the same", "Aaaaaaaaaaaaaa" },
        { "after a change when it rests", "AbBbb" },
        { "not while it is changing", "AbcdefFff" },
        { "not when it is as before again", "Abaaa" },
        { "missing for a moment only", "A-bBb" },
        { "gone for good", "A--" },
        { "one that never rests, in the end", "AbcdefghijklmnopQ" },
        { "again when it changed while it was read", "AbB*Cccc" },
        { "the first time also if it changed meanwhile", "A*bBb" },
        { "one that cannot be read, now and then", "A!aaaaaA!aaaaaA" },
        { "which a change does not wait for", "A!abBbbbbbbb" },
};

START_TEST(it_is_read_when_it_has_come_to_rest)
{
        RepositoryWatch w = {0};

        for (const char *s = watch_rows[_i].looks; *s; s++) {
                bool is_wanted = (*s >= 'A' && *s <= 'Z') || (*s == '-' && s[-1] == '-');
                uint64_t letter = (uint64_t) (*s | 0x20);
                KeystoreStamp stamp = { .inode = letter, .error = *s == '-' ? 2 : 0 }, after = stamp;
                bool changed = s[1] == '*', failed = s[1] == '!';

                ck_assert_msg(repository_watch_is_due(&w, &stamp) == is_wanted, "%s: at '%s'",
                        watch_rows[_i].name, s);
                if (is_wanted) {
                        bool is_first = s == watch_rows[_i].looks;

                        after.inode += changed;
                        ck_assert_msg(repository_watch_note(&w, &after, failed) == (!changed || is_first),
                                "%s: at '%s'", watch_rows[_i].name, s);
                }
                s += changed || failed;
        }
}
END_TEST

/* ---- everything that is wrong ---- */

static void complaints(const Repository *r, Issues *ret)
{
        repository_complain(r, ret);
        ck_assert(!ret->failed);
        ck_assert_uint_eq(ret->n_errors, 0);
        for (size_t i = 0; i < ret->n; i++) {
                ck_assert(ret->list[i].is_warning);
                ck_assert_str_eq(ret->list[i].file, "test");
                ck_assert_uint_eq(ret->list[i].line, 1);
                ck_assert_str_eq(ret->list[i].setting, "k");
        }
}

START_TEST(everything_is_told_and_the_most_urgent_first)
{
        static const char *const words[] = {
                "expired on", /* of the queue manager's own, although it comes last in the file */
                "no certificate with the label 'gone'",
                "labelled 'ends second' ends soon, on 2026-01-04", /* critical, by its threshold */
                "labelled 'ends first' ends soon, on 2026-01-11",
                "labelled 'ends last' ends soon, on 2026-01-21",
                "does not hold the signer 'CN=Inter'", /* which two need */
                "mode of the stash file",
        };
        CLEANUP_PKI PkiCert inter = pki_issue(&(PkiOptions){ .cn = "Inter", .ca = true });
        CLEANUP_PKI PkiCert old = certificate("QM1", -10, -1);
        CLEANUP_PKI PkiCert second = pki_issue(&(PkiOptions){ .cn = "A", .issuer = &inter,
                .not_before = PKI_AT(NOW - DAY), .not_after = PKI_AT(NOW + 3 * DAY) });
        CLEANUP_PKI PkiCert first = certificate("A", -1, 10);
        CLEANUP_PKI PkiCert last = pki_issue(&(PkiOptions){ .cn = "B", .issuer = &inter,
                .not_before = PKI_AT(NOW - DAY), .not_after = PKI_AT(NOW + 20 * DAY) });
        const MakerRecord records[] = {
                { .label = "ends last", .cert = &last, .is_personal = true },
                { .label = "ends second", .cert = &second, .is_personal = true },
                { .label = "ends first", .cert = &first, .is_personal = true },
                { .label = DEFAULT_LABEL, .cert = &old, .is_personal = true },
        };
        CLEANUP(inventory_cleanup) Inventory *i = inventory(KEYSTORES("")
                "endpoints = ( " ENDPOINT("a", "QM1", "certlabl = \"ends last\";") ",\n"
                ENDPOINT("b", "QM1", "certlabl = \"ends second\";") ",\n"
                ENDPOINT("c", "QM1", "certlabl = \"ends first\";") ",\n"
                ENDPOINT("d", "QM1", "certlabl = \"gone\";") " );\n");
        RepositoryReading reading = reading_of(records, ARRAY_LEN(records));
        CLEANUP(issues_done) Issues said = ISSUES_INIT;

        reading.stash_problem = strdup("the mode of the stash file is wide");
        complaints(repository(i, 0), &said);
        ck_assert_uint_eq(said.n, 0);

        ck_assert(take(i, 0, reading, NOW));
        complaints(repository(i, 0), &said);
        for (size_t n = 0; n < said.n; n++)
                ck_assert_msg(n < ARRAY_LEN(words) && strstr(said.list[n].text, words[n]) != NULL,
                        "%zu: %s", n, said.list[n].text);
        ck_assert_uint_eq(said.n, ARRAY_LEN(words));
}
END_TEST

START_TEST(thousands_of_complaints_are_counted)
{
        CLEANUP_PKI PkiCert cert = certificate("QM1", -10, 100);
        CLEANUP(issues_done) Issues said = ISSUES_INIT;
        CLEANUP(inventory_cleanup) Inventory *i = NULL;
        CLEANUP_BUF Buf b = BUF_INIT;

        buf_append_str(&b, KEYSTORES("") "endpoints = (\n");
        for (int n = 0; n < REPOSITORY_PROBLEMS_MAX + 5; n++)
                buf_appendf(&b, ENDPOINT("%d", "QM1", "certlabl = \"label %d\";") "%s", n, n,
                        n < REPOSITORY_PROBLEMS_MAX + 4 ? ",\n" : " );\n");
        i = inventory(buf_str(&b));
        ck_assert(take(i, 0, reading_one(DEFAULT_LABEL, &cert), NOW));

        complaints(repository(i, 0), &said);
        ck_assert_uint_eq(said.n, REPOSITORY_PROBLEMS_MAX + 1);
        ck_assert_ptr_nonnull(strstr(said.list[REPOSITORY_PROBLEMS_MAX].text, "5 more"));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("repository");
        TCase *tcase = tcase_create("repository");

        tcase_add_test(tcase, a_look_that_fails_leaves_what_was_read_last);
        tcase_add_test(tcase, a_look_at_an_unchanged_file_is_only_a_look);
        tcase_add_test(tcase, the_file_is_dated_by_its_content);
        tcase_add_test(tcase, a_reload_that_reads_it_the_same_way_keeps_it);
        tcase_add_test(tcase, only_what_would_be_served_is_held_to_the_thresholds);
        tcase_add_test(tcase, of_nobodys_file_every_certificate_with_a_key_is);
        tcase_add_test(tcase, renewed_on_disk_is_not_served_before_the_refresh);
        tcase_add_test(tcase, a_channel_with_a_label_of_its_own_is_held_to_it);
        tcase_add_test(tcase, nobody_is_sent_to_serve_what_cannot_be_served);
        tcase_add_test(tcase, everything_is_told_and_the_most_urgent_first);
        tcase_add_test(tcase, thousands_of_complaints_are_counted);
        tcase_add_loop_test(
                tcase, it_is_read_when_it_has_come_to_rest, 0, (int) ARRAY_LEN(watch_rows));
        suite_add_tcase(suite, tcase);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
