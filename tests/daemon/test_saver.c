/* SPDX-License-Identifier: MIT */
#include "daemon/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/timefmt.h"
#include "daemon/log.h"
#include "daemon/saver_disk.h"
#include "model/config_load.h"
#include "model/store.h"
#include "tests/support/capture.h"
#include "tests/support/faulty_disk.h"
#include "tests/support/loop.h"
#include "tests/support/pki.h"
#include "tests/support/suite.h"

#define NOW PKI_NOW
#define DAY PKI_DAY

enum {
        CIPHER_A = 0x1302,
        CIPHER_B = 0x1301,
        CIPHER_C = 0x1303,
        RETRY_SECONDS = 31, /* more than it waits after a failure */
        FACTS_SECONDS = 31, /* more than dates and runs wait */
        LOOK_SECONDS = 4,   /* more than it waits between two looks */
        SLOW_SECONDS = 11,  /* more than it takes a disk to be called slow */
        KILLS_MAX = 2000,
};

/* ---- a daemon without probes: the test is what looks ---- */

static PkiCert cert;
static char *dir, *directory, *path;

static void set_up(void)
{
        faulty_disk_set(DISK_FAULT_NONE, 0, 0);
        faulty_disk_open();
        dir = pki_dir_new();
        directory = pki_path(dir, "state");
        path = saver_disk_name(directory);
}

static void tear_down(void)
{
        free(path);
        free(directory);
        pki_dir_remove(dir);
}

typedef struct Life {
        sd_event *event;
        Clock clock;
        int64_t wall_at;
        uint64_t later_usec; /* how far the test has put the clock forward */
        Inventory *inventory;
        Saver *saver;
        Capture log;
        unsigned n_changed, n_adopted, n_turned;
} Life;

static uint64_t monotonic(void *userdata)
{
        const Life *l = userdata;

        return clock_monotonic_usec(&clock_system) + l->later_usec;
}

static int64_t wall_at(void *userdata)
{
        const Life *l = userdata;

        return l->wall_at;
}

static void note(Life *l, Endpoint *e)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = {0};

        ck_assert_int_eq(inventory_note_drift(l->inventory, e, l->wall_at, &d), 0);
        saver_note(l->saver, e, &d);
}

static void on_changed(Endpoint *e UNUSED, const DriftChange *change, void *userdata)
{
        Life *l = userdata;

        ck_assert_int_eq(change->event, DRIFT_EVENT_ACCEPTED);
        l->n_changed++;
}

static void on_adopted(Endpoint *e, void *userdata)
{
        Life *l = userdata;

        l->n_adopted++;
        if (e->observation)
                note(l, e);
}

static void on_turned(void *userdata)
{
        Life *l = userdata;

        l->n_turned++;
}

static Config *config_of(const char *names)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        Issues issues = ISSUES_INIT;
        Config *c = NULL;

        buf_append_str(&b, "endpoints = ( ");
        for (const char *n = names; *n; n++)
                buf_appendf(&b,
                        "%s{ name = \"%c\"; channel = \"A\"; conname = \"qm1(1414)\"; sslciph = \"ANY\"; }",
                        n == names ? "" : ", ", *n);
        buf_append_str(&b, " );\n");
        ck_assert_int_eq(config_load_text("test", b.data, b.len, NULL, &issues, &c), 0);
        issues_done(&issues);
        return c;
}

/* One endpoint for each letter. */
static void begin(Life *l, const char *names)
{
        CLEANUP(config_cleanup) Config *c = config_of(names);
        const SaverEvents events = {
                .changed = on_changed, .adopted = on_adopted, .turned = on_turned, .userdata = l};

        *l = (Life){.wall_at = NOW};
        l->clock = (Clock){.monotonic_usec = monotonic, .wall_at = wall_at, .userdata = l};
        l->log = capture_begin(STDERR_FILENO);
        log_open(false);
        ck_assert_int_ge(sd_event_new(&l->event), 0);
        ck_assert_int_eq(inventory_new(c, &l->inventory), 0);
        ck_assert_int_eq(
                saver_new(l->event, &l->clock, l->inventory, directory, &events, &l->saver), 0);
}

static void end(Life *l)
{
        l->saver = saver_free(l->saver);
        l->inventory = inventory_free(l->inventory);
        l->event = sd_event_unref(l->event);
        capture_end(&l->log);
}
#define LIFE CLEANUP(end) Life l = {.log = {.file = -1}}

static DaemonFacts facts(const Life *l)
{
        DaemonFacts f = {0};

        saver_facts(l->saver, &f);
        return f;
}

static unsigned count_logged(const Life *l, const char *part)
{
        CLEANUP_FREE char *text = capture_text(&l->log);
        unsigned n = 0;

        for (const char *p = text; (p = strstr(p, part)); p += strlen(part))
                n++;
        return n;
}

static Endpoint *endpoint(Life *l, const char *name)
{
        Endpoint *e = inventory_find(l->inventory, name);

        ck_assert_ptr_nonnull(e);
        return e;
}

static Observation *observation(uint16_t cipher, int64_t at)
{
        DerCert sent[] = {{cert.der, cert.der_len}};
        AddressObservation *a = NULL;
        Observation *o = NULL;

        ck_assert_int_eq(observation_new(&o), 0);
        o->started_at = o->finished_at = at;
        o->resolve_end = END_COMPLETED;
        ck_assert_int_eq(observation_add_address(o, "qm1(1414)", "10.0.0.1", &a), 0);
        a->attempted = true;
        a->phase = PHASE_CLOSE;
        a->end = END_COMPLETED;
        for (unsigned p = 0; p < _PHASE_MAX; p++)
                a->phase_reached[p] = true;
        a->tls.server_hello_seen = a->tls.certificate_seen = a->tls.finished_seen = true;
        a->tls.version = TLS_VERSION_TLS13;
        a->tls.cipher = cipher;
        a->tls.alert_received = a->tls.alert_sent = HANDSHAKE_ALERT_NONE;
        ck_assert_int_eq(chain_inspect(sent, 1, NULL, at, &a->chain), 0);
        return o;
}

static void look(Life *l, const char *name, uint16_t cipher)
{
        Endpoint *e = endpoint(l, name);

        l->wall_at++;
        ck_assert_int_eq(inventory_record(
                l->inventory, e, observation(cipher, l->wall_at), l->wall_at), 0);
        note(l, e);
}

/* Time goes by; whatever is due is begun by the next thing that happens. */
static void wait_for(Life *l, unsigned seconds, const char *name)
{
        l->later_usec += seconds * USEC_PER_SEC;
        l->wall_at += seconds;
        saver_note(l->saver, endpoint(l, name), NULL);
}

/* ---- what is in the file ---- */

static Store *open_store(void)
{
        CLEANUP(store_report_done) StoreReport report = {0};
        Store *s = NULL;
        int r = store_open(path, NOW, &report, &s);

        ck_assert_msg(r == 0, "%s", report.text);
        return s;
}
#define CLEANUP_STORE CLEANUP(store_cleanup)

/* "drift returned", the oldest first; "" while there is none. */
static const char *entries(const char *name)
{
        static char text[4096];
        CLEANUP(store_report_done) StoreReport report = {0};
        CLEANUP(store_page_done) StorePage page = {0};
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_STORE Store *s = NULL;
        const StoreQuery query = {.endpoint = name, .kind = _DRIFT_KIND_MAX};

        text[0] = '\0';
        if (store_open_beside(path, &report, &s) < 0)
                return text;
        ck_assert_int_eq(store_changes(s, &query, &page), 0);
        for (size_t i = page.n_changes; i > 0; i--)
                buf_appendf(&b, "%s%s", b.len > 0 ? " " : "",
                        drift_event_info(page.changes[i - 1].change.event)->name);
        ck_assert_uint_lt(b.len, sizeof(text));
        memcpy(text, buf_str(&b), b.len + 1);
        return text;
}

/* "1:A:drift 2:A:accepted", the oldest first: what people see. */
static const char *ledger_of(const Life *l)
{
        static char text[4096];
        const Ledger *ledger = inventory_ledger(l->inventory);
        CLEANUP_BUF Buf b = BUF_INIT;

        for (size_t i = ledger_count(ledger); i > 0; i--) {
                const LedgerEntry *e = ledger_newest(ledger, i - 1);

                buf_appendf(&b, "%s%lld:%s:%s", b.len > 0 ? " " : "", (long long) e->id, e->endpoint,
                        drift_event_info(e->change.event)->name);
        }
        ck_assert_uint_lt(b.len, sizeof(text));
        memcpy(text, buf_str(&b), b.len + 1);
        return text;
}

static bool has_baseline(const char *name)
{
        CLEANUP(store_report_done) StoreReport report = {0};
        CLEANUP(stored_endpoint_done) StoredEndpoint e = {0};
        CLEANUP_STORE Store *s = NULL;

        return store_open_beside(path, &report, &s) == 0 &&
                store_load_endpoint(s, name, &e) == 0 && e.memory;
}

/* Runs SQL text on the file, past the store. */
static void tamper(const char *sql)
{
        sqlite3 *db = NULL;

        ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
        ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
}

#define UNTIL_ENTRIES(l, name, wanted)                                                             \
        LOOP_UNTIL((l)->event, strcmp(entries(name), (wanted)) == 0)

/* As another daemon would; -1 where one has it. */
static int lock_directory(void)
{
        int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        ck_assert_int_ge(fd, 0);
        if (flock(fd, LOCK_EX | LOCK_NB) == 0)
                return fd;
        ck_assert_int_eq(errno, EWOULDBLOCK);
        ck_assert_int_eq(close(fd), 0);
        return -1;
}

/* ---- good days ---- */

START_TEST(what_is_noted_reaches_the_file_and_the_next_life)
{
        {
                LIFE;

                begin(&l, "A");
                ck_assert(facts(&l).has_state);
                ck_assert(facts(&l).state_saved);
                ck_assert_int_eq(facts(&l).state_last_write_at, 0);
                look(&l, "A", CIPHER_A);
                look(&l, "A", CIPHER_B);
                UNTIL_ENTRIES(&l, "A", "drift");
                LOOP_UNTIL(l.event, facts(&l).state_last_write_at >= NOW);
        }
        {
                LIFE;
                const Endpoint *e;

                begin(&l, "A"); /* it is all there before the loop turns */
                e = endpoint(&l, "A");
                ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));
                ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 1);
                ck_assert_int_eq(e->last_run_at, NOW + 2);
                ck_assert(e->is_restored);
                ck_assert_uint_eq(ledger_count(inventory_ledger(l.inventory)), 1);

                look(&l, "A", CIPHER_B);
                ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 1);
                look(&l, "A", CIPHER_A);
                UNTIL_ENTRIES(&l, "A", "drift returned");
                ck_assert_uint_eq(l.n_changed, 0);
                ck_assert_uint_eq(l.n_adopted, 0);
        }
}
END_TEST

START_TEST(what_waits_is_written_at_the_end)
{
        {
                LIFE;

                begin(&l, "AB");
                look(&l, "A", CIPHER_A);
                look(&l, "B", CIPHER_A);
                look(&l, "A", CIPHER_B); /* and the loop never turns */
        }
        ck_assert_str_eq(entries("A"), "drift");
        ck_assert(has_baseline("B"));
}
END_TEST

START_TEST(dates_and_runs_alone_wait_for_their_turn)
{
        LIFE;
        int64_t written_at;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, facts(&l).state_last_write_at > 0);
        written_at = facts(&l).state_last_write_at;

        wait_for(&l, LOOK_SECONDS, "A"); /* it looks, and does not write */
        look(&l, "A", CIPHER_A);
        loop_drain(l.event);
        ck_assert_int_eq(facts(&l).state_last_write_at, written_at);

        wait_for(&l, FACTS_SECONDS, "A");
        LOOP_UNTIL(l.event, facts(&l).state_last_write_at > written_at);
}
END_TEST

/* Its transaction is open, so that nobody else can write. */
START_TEST(what_comes_while_the_disk_is_busy_goes_together)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_begin(other), 0);
                look(&l, "A", CIPHER_B);
                look(&l, "A", CIPHER_C);
                look(&l, "B", CIPHER_A);
                loop_drain(l.event);
                ck_assert_int_eq(endpoint(&l, "A")->changes[DRIFT_KIND_CIPHER].n, 2);
                store_rollback(other);
        }
        UNTIL_ENTRIES(&l, "A", "drift drift");
        LOOP_UNTIL(l.event, has_baseline("B"));
}
END_TEST

/* ---- others at the same file ---- */

START_TEST(what_another_process_accepts_is_followed)
{
        LIFE;
        const Endpoint *e;
        size_t n = 0;

        begin(&l, "AB");
        e = endpoint(&l, "A");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_accept(other, "A", _DRIFT_KIND_MAX, l.wall_at, &n), 0);
                ck_assert_uint_eq(n, 1);
        }
        /* It is noticed by a look, or, which is sooner, by the next thing that is written. */
        if (_i == 0)
                wait_for(&l, LOOK_SECONDS, "B");
        else
                look(&l, "B", CIPHER_B);
        LOOP_UNTIL(l.event, l.n_changed == 1);
        ck_assert_uint_eq(l.n_adopted, 1);
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 2);
        /* In the file it stands before B's drift, which was not there yet. */
        ck_assert_int_eq(ledger_newest(inventory_ledger(l.inventory), (size_t) _i)->change.event,
                DRIFT_EVENT_ACCEPTED);

        look(&l, "A", CIPHER_B);
        look(&l, "A", CIPHER_A);
        UNTIL_ENTRIES(&l, "A", "drift accepted drift");
        if (_i == 1)
                UNTIL_ENTRIES(&l, "B", "drift");
        ck_assert_uint_eq(l.n_changed, 1);
}
END_TEST

START_TEST(what_is_accepted_after_the_clock_was_set_back_is_followed)
{
        LIFE;
        const Endpoint *e;
        size_t n = 0;

        begin(&l, "A");
        e = endpoint(&l, "A");
        look(&l, "A", CIPHER_A);
        l.wall_at -= 10 * DAY;
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_accept(other, "A", _DRIFT_KIND_MAX, l.wall_at, &n), 0);
                ck_assert_uint_eq(n, 1);
        }
        wait_for(&l, LOOK_SECONDS, "A");
        LOOP_UNTIL(l.event, l.n_adopted == 1);
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift accepted");
}
END_TEST

/* A memory that cannot be read back, and whose revision nobody can know therefore. */
START_TEST(what_makes_no_sense_is_written_over)
{
        LIFE;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
        end(&l);
        tamper("UPDATE endpoint SET revision = 3, offer = 'x' || char(0);"
                "INSERT INTO tally VALUES ('A', 'weather', 1, 0)");

        begin(&l, "A");
        look(&l, "A", CIPHER_B);
        LOOP_UNTIL(l.event, has_baseline("A"));
        saver_reloaded(l.saver); /* what is passed over again is not told again */
        look(&l, "A", CIPHER_A);
        UNTIL_ENTRIES(&l, "A", "drift");
        ck_assert_uint_eq(count_logged(&l, "make no sense"), 1);
}
END_TEST

START_TEST(a_change_that_was_on_its_way_when_somebody_accepted_stands_once)
{
        LIFE;
        const Endpoint *e;
        size_t n = 0;

        begin(&l, "A");
        e = endpoint(&l, "A");
        look(&l, "A", CIPHER_A);
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_accept(other, "A", _DRIFT_KIND_MAX, l.wall_at, &n), 0);
                look(&l, "A", CIPHER_C);
        }
        UNTIL_ENTRIES(&l, "A", "drift accepted drift");
        ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 3);
        ck_assert_uint_eq(ledger_count(inventory_ledger(l.inventory)), 3);

        /* B is the baseline now. */
        look(&l, "A", CIPHER_B);
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER));
}
END_TEST

static void accept_here(Life *l, const char *name)
{
        CLEANUP_INVENTORY_DRIFT InventoryDrift d = {0};
        Endpoint *e = endpoint(l, name);

        ck_assert_int_eq(inventory_accept(l->inventory, e, _DRIFT_KIND_MAX, l->wall_at, &d), 0);
        ck_assert_uint_eq(d.n_changes, 1);
        saver_note(l->saver, e, &d);
}

START_TEST(what_is_accepted_here_and_there_stands_once)
{
        LIFE;
        const Endpoint *e;
        size_t n = 0;

        begin(&l, "AB");
        e = endpoint(&l, "A");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_accept(other, "A", _DRIFT_KIND_MAX, l.wall_at, &n), 0);
                ck_assert_uint_eq(n, 1);
        }
        look(&l, "B", CIPHER_B); /* its entry is older than ours, and younger than theirs */
        accept_here(&l, "A");
        LOOP_UNTIL(l.event, l.n_adopted == 1);
        look(&l, "A", CIPHER_A);
        UNTIL_ENTRIES(&l, "A", "drift accepted drift");
        UNTIL_ENTRIES(&l, "B", "drift");
        ck_assert_uint_eq(l.n_changed, 0); /* whoever accepted here was told of it */
        ck_assert_int_eq(e->changes[DRIFT_KIND_CIPHER].n, 3);
        /* What was on the page once is not given to another entry. */
        ck_assert_str_eq(ledger_of(&l), "1:A:drift 2:A:accepted 3:B:drift 5:A:drift");
        end(&l);

        begin(&l, "AB");
        ck_assert_str_eq(ledger_of(&l), "1:A:drift 2:A:accepted 3:B:drift 5:A:drift");
        ck_assert_int_eq(endpoint(&l, "A")->changes[DRIFT_KIND_CIPHER].n, 3);
}
END_TEST

/* What they accepted is not what we did. */
START_TEST(what_is_accepted_there_and_then_something_else_here_stands_as_well)
{
        LIFE;
        size_t n = 0;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_accept(other, "A", _DRIFT_KIND_MAX, l.wall_at, &n), 0);
                look(&l, "A", CIPHER_C);
                accept_here(&l, "A");
        }
        UNTIL_ENTRIES(&l, "A", "drift accepted drift accepted");
        ck_assert_uint_eq(l.n_changed, 1);
        ck_assert_str_eq(ledger_of(&l), "1:A:drift 2:A:accepted 3:A:drift 4:A:accepted");
}
END_TEST

START_TEST(ids_stay_over_a_restart)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        look(&l, "B", CIPHER_B);
        look(&l, "A", CIPHER_B); /* the same write, in this order */
        look(&l, "B", CIPHER_A);
        ck_assert_str_eq(ledger_of(&l), "1:B:drift 2:A:drift 3:B:returned");
        end(&l);
        tamper("DELETE FROM change WHERE id < 2"); /* as when there are too many */

        for (unsigned i = 0; i < 2; i++) {
                begin(&l, "AB");
                ck_assert_str_eq(ledger_of(&l), "2:A:drift 3:B:returned");
                end(&l);
        }
        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        ck_assert_str_eq(ledger_of(&l), "2:A:drift 3:B:returned 4:A:returned");
        end(&l);
        begin(&l, "AB");
        ck_assert_str_eq(ledger_of(&l), "2:A:drift 3:B:returned 4:A:returned");
}
END_TEST

START_TEST(announcements_are_followed_and_taken_back)
{
        LIFE;
        const Endpoint *e;

        begin(&l, "A");
        e = endpoint(&l, "A");
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_expect(other, "A", NOW, NOW + 3600), 0);
                wait_for(&l, LOOK_SECONDS, "A");
                LOOP_UNTIL(l.event, e->expected_until_at == NOW + 3600);
                ck_assert_int_eq(store_expect(other, "A", 0, 0), 0);
        }
        wait_for(&l, LOOK_SECONDS, "A");
        LOOP_UNTIL(l.event, e->expected_until_at == 0);
}
END_TEST

/* ---- bad days ---- */

static const struct {
        const char *name;
        int rc;
        const char *problem;
} failures[] = {
        {"a full disk", SQLITE_FULL, "full"},
        {"a disk that cannot be written", SQLITE_READONLY, "read_only"},
        {"a disk with errors", SQLITE_IOERR_WRITE, "unavailable"},
};

START_TEST(what_the_disk_does_not_take_waits_until_it_does)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A") && has_baseline("B"));

        faulty_disk_set(DISK_FAULT_ERRORS, 1, failures[_i].rc);
        look(&l, "A", CIPHER_B);
        LOOP_UNTIL(l.event, !facts(&l).state_saved);
        ck_assert_str_eq(facts(&l).state_problem, failures[_i].problem);
        ck_assert_uint_eq(facts(&l).n_state_waiting, 1);
        ck_assert_uint_eq(count_logged(&l, "is not being saved"), 1);

        look(&l, "B", CIPHER_B);
        look(&l, "A", CIPHER_C);
        wait_for(&l, RETRY_SECONDS, "A"); /* it is tried again, and told only once */
        LOOP_UNTIL(l.event, facts(&l).n_state_waiting == 2);
        loop_drain(l.event);
        ck_assert_uint_eq(count_logged(&l, "is not being saved"), 1);

        faulty_disk_set(DISK_FAULT_NONE, 0, 0);
        LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), facts(&l).state_saved));
        ck_assert_uint_eq(facts(&l).n_state_waiting, 0);
        ck_assert_uint_eq(count_logged(&l, "is being saved again"), 1);
        ck_assert_str_eq(entries("A"), "drift drift");
        ck_assert_str_eq(entries("B"), "drift");
        ck_assert_int_eq(endpoint(&l, "A")->changes[DRIFT_KIND_CIPHER].n, 2);
        ck_assert_uint_eq(ledger_count(inventory_ledger(l.inventory)), 3);
}
END_TEST

/* ---- a disk that does not answer ---- */

START_TEST(a_slow_disk_is_told_of_once_and_waited_for)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A") && has_baseline("B"));

        l.n_turned = 0;
        faulty_disk_shut();
        look(&l, "A", CIPHER_B);
        LOOP_UNTIL(l.event, faulty_disk_is_held());
        wait_for(&l, SLOW_SECONDS, "B");
        ck_assert_str_eq(facts(&l).state_problem, "slow");
        ck_assert_uint_eq(l.n_turned, 1);
        ck_assert_uint_eq(facts(&l).n_state_waiting, 1);
        look(&l, "B", CIPHER_B); /* it goes on */
        look(&l, "A", CIPHER_C); /* and is one endpoint that waits, with two changes */
        wait_for(&l, RETRY_SECONDS, "A");
        loop_drain(l.event);
        ck_assert_str_eq(facts(&l).state_problem, "slow");
        ck_assert_uint_eq(facts(&l).n_state_waiting, 2);
        ck_assert_uint_eq(ledger_count(inventory_ledger(l.inventory)), 3);
        ck_assert_uint_eq(count_logged(&l, "is not being saved (slow)"), 1);

        faulty_disk_open();
        UNTIL_ENTRIES(&l, "B", "drift");
        LOOP_UNTIL(l.event, facts(&l).state_saved);
        ck_assert_uint_ge(l.n_turned, 2);
        ck_assert_uint_eq(facts(&l).n_state_waiting, 0);
        ck_assert_uint_ge(count_logged(&l, "is being saved again"), 1);
        ck_assert_str_eq(entries("A"), "drift drift");
}
END_TEST

/* The daemon waits for it some seconds, and begins. */
START_TEST(a_disk_that_hangs_at_the_start_keeps_nobody_from_it)
{
        LIFE;

        faulty_disk_shut();
        begin(&l, "A");
        ck_assert_str_eq(facts(&l).state_problem, "slow");
        ck_assert_uint_eq(count_logged(&l, "is still being read"), 1);
        look(&l, "A", CIPHER_A);

        faulty_disk_open();
        LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), has_baseline("A")));
        LOOP_UNTIL(l.event, facts(&l).state_saved);
}
END_TEST

START_TEST(the_end_does_not_wait_for_ever)
{
        LIFE;
        int fd = -1;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
        faulty_disk_shut();
        look(&l, "A", CIPHER_B);
        LOOP_UNTIL(l.event, faulty_disk_is_held());
        look(&l, "A", CIPHER_C);
        l.saver = saver_leave(l.saver, 1000);
        ck_assert_uint_eq(count_logged(&l, "does not answer: what changed last is not saved"), 1);
        ck_assert_int_eq(lock_directory(), -1); /* nobody else may come as long as it may write */

        /* The thread that was left behind still does what it had begun. */
        faulty_disk_open();
        LOOP_UNTIL(l.event, (fd = lock_directory()) >= 0);
        ck_assert_int_eq(close(fd), 0);
        ck_assert_str_eq(entries("A"), "drift");
}
END_TEST

static void *open_when_held(void *userdata UNUSED)
{
        faulty_disk_wait_held();
        faulty_disk_open();
        return NULL;
}

START_TEST(the_end_waits_for_a_disk_that_is_slow)
{
        pthread_t thread;
        LIFE;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
        faulty_disk_shut();
        look(&l, "A", CIPHER_B);
        look(&l, "A", CIPHER_C);
        ck_assert_int_eq(pthread_create(&thread, NULL, open_when_held, NULL), 0);
        l.saver = saver_leave(l.saver, LOOP_PATIENCE_USEC * loop_slowness());
        ck_assert_int_eq(pthread_join(thread, NULL), 0);
        ck_assert_uint_eq(count_logged(&l, "does not answer"), 0);
        ck_assert_str_eq(entries("A"), "drift drift");
}
END_TEST

/* One operation fails, whichever: nothing is lost, and nothing stands twice. */
START_TEST(any_operation_may_fail)
{
        static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE};
        bool has_failed = true;

        for (unsigned at = 1; has_failed && at < KILLS_MAX; at++) {
                LIFE;

                tear_down();
                set_up();
                begin(&l, "A");
                look(&l, "A", CIPHER_A);
                LOOP_UNTIL(l.event, facts(&l).state_last_write_at > 0);

                faulty_disk_set(DISK_FAULT_ERROR, at, codes[_i]);
                look(&l, "A", CIPHER_B);
                LOOP_UNTIL(l.event, !facts(&l).state_saved ||
                                facts(&l).state_last_write_at == l.wall_at);
                has_failed = faulty_disk_has_failed();
                faulty_disk_set(DISK_FAULT_NONE, 0, 0);
                LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), facts(&l).state_saved));
                UNTIL_ENTRIES(&l, "A", "drift");
                ck_assert_uint_eq(facts(&l).n_state_damaged, 0);
        }
        ck_assert(!has_failed);
}
END_TEST

/* What happens in one life of the daemon, up to its clean end. */
static void live(void)
{
        LIFE;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        look(&l, "A", CIPHER_B);
        LOOP_UNTIL(l.event, facts(&l).state_last_write_at > 0);
        look(&l, "A", CIPHER_B);
}

/* Returns true when it died of it. */
static bool die_at(unsigned at, DiskFault fault)
{
        int status = 0;
        pid_t child = fork();

        ck_assert_int_ge(child, 0);
        if (child == 0) {
                faulty_disk_set(fault, at, 0);
                live();
                _exit(0);
        }
        ck_assert_int_eq(waitpid(child, &status, 0), child);
        ck_assert(WIFEXITED(status));
        ck_assert(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == DISK_KILLED);
        return WEXITSTATUS(status) != 0;
}

START_TEST(death_at_any_operation)
{
        static const DiskFault faults[] = {DISK_FAULT_KILL, DISK_FAULT_KILL_TORN};
        bool has_died = true;
        unsigned at = 0;

        while (has_died && ++at < KILLS_MAX) {
                LIFE;

                tear_down();
                set_up();
                /* A former life has seen A. */
                begin(&l, "A");
                look(&l, "A", CIPHER_A);
                end(&l);

                has_died = die_at(at, faults[_i]);
                begin(&l, "A");
                look(&l, "A", CIPHER_B);
                UNTIL_ENTRIES(&l, "A", "drift");
                ck_assert_uint_eq(facts(&l).n_state_damaged, 0);
                ck_assert_int_eq(endpoint(&l, "A")->changes[DRIFT_KIND_CIPHER].n, 1);
                ck_assert_uint_eq(ledger_count(inventory_ledger(l.inventory)), 1);
        }
        ck_assert(!has_died);
        ck_assert_uint_gt(at, 20);
}
END_TEST

/* ---- the file comes late, or is another one ---- */

/* A file where the directory belongs. */
static void take_directory_away(const char *aside)
{
        ck_assert_int_eq(rename(directory, aside), 0);
        ck_assert_int_eq(pki_write_file(directory, "x", 1, 0600), 0);
}

static void give_directory_back(const char *aside)
{
        ck_assert_int_eq(unlink(directory), 0);
        ck_assert_int_eq(rename(aside, directory), 0);
}

START_TEST(a_file_that_comes_late_still_has_the_baseline)
{
        CLEANUP_FREE char *aside = pki_path(dir, "aside");
        LIFE;
        const Endpoint *e;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        end(&l);

        take_directory_away(aside);
        begin(&l, "A");
        l.wall_at += DAY;
        ck_assert_str_eq(facts(&l).state_problem, "unavailable");
        look(&l, "A", CIPHER_B);
        e = endpoint(&l, "A");
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER)); /* nobody knows better */

        give_directory_back(aside);
        LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), facts(&l).state_saved));
        ck_assert_uint_eq(l.n_adopted, 1);
        ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        UNTIL_ENTRIES(&l, "A", "drift");
}
END_TEST

START_TEST(entries_of_a_file_that_comes_late_are_the_older_ones)
{
        CLEANUP_FREE char *aside = pki_path(dir, "aside");
        static const char all[] = "1:A:drift 2:A:returned 3:B:drift 4:B:returned";
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "A", CIPHER_B);
        look(&l, "A", CIPHER_A);
        end(&l);

        take_directory_away(aside);
        begin(&l, "AB");
        l.wall_at += DAY;
        look(&l, "B", CIPHER_A);
        look(&l, "B", CIPHER_B);
        look(&l, "B", CIPHER_A);
        ck_assert_str_eq(ledger_of(&l), "1:B:drift 2:B:returned");

        l.n_turned = 0;
        give_directory_back(aside);
        LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), facts(&l).state_saved));
        ck_assert_str_eq(ledger_of(&l), all);
        ck_assert_uint_eq(l.n_changed, 0);
        ck_assert_uint_eq(l.n_turned, 2); /* it was read, and then written */
        end(&l);
        begin(&l, "AB");
        ck_assert_str_eq(ledger_of(&l), all);
}
END_TEST

/* The log, too: SQLite would make it whole again out of that. */
static void remove_files(void)
{
        static const char *const suffixes[] = {"", "-wal", "-shm"};

        for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
                CLEANUP_BUF Buf name = BUF_INIT;

                buf_appendf(&name, "%s%s", path, suffixes[i]);
                ck_assert_int_eq(unlink(buf_str(&name)), 0);
        }
}

static void overwrite(void)
{
        static const char garbage[4096] = "this is no database";

        ck_assert_int_eq(pki_write_file(path, garbage, sizeof(garbage), 0600), 0);
}

START_TEST(a_damaged_file_is_set_aside_and_all_that_is_known_written_again)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        look(&l, "A", CIPHER_B);
        UNTIL_ENTRIES(&l, "A", "drift");
        LOOP_UNTIL(l.event, has_baseline("B"));
        {
                CLEANUP_STORE Store *other = open_store();

                ck_assert_int_eq(store_expect(other, "B", NOW, NOW + 3600), 0);
        }
        wait_for(&l, LOOK_SECONDS, "A");
        LOOP_UNTIL(l.event, endpoint(&l, "B")->expected_until_at != 0);

        /* Somebody puts rubbish in its place. */
        remove_files();
        overwrite();
        wait_for(&l, LOOK_SECONDS, "A");
        LOOP_UNTIL(l.event, facts(&l).n_state_damaged == 1);
        ck_assert_uint_eq(count_logged(&l, "is damaged"), 1);
        UNTIL_ENTRIES(&l, "A", "drift");
        LOOP_UNTIL(l.event, has_baseline("B"));
        LOOP_UNTIL(l.event, facts(&l).state_saved);
        end(&l);

        begin(&l, "AB");
        ck_assert(drift_is_open(endpoint(&l, "A")->drift, DRIFT_KIND_CIPHER));
        ck_assert_int_eq(endpoint(&l, "A")->changes[DRIFT_KIND_CIPHER].n, 1);
        ck_assert_int_eq(endpoint(&l, "B")->expected_until_at, NOW + 3600);
}
END_TEST

START_TEST(a_damaged_file_at_the_start_is_a_warning)
{
        LIFE;

        ck_assert_int_eq(mkdir(directory, 0700), 0);
        overwrite();
        begin(&l, "A");
        ck_assert_uint_eq(facts(&l).n_state_damaged, 1);
        ck_assert(facts(&l).state_saved);
        ck_assert_uint_eq(count_logged(&l, "warning: "), 1);
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
}
END_TEST

/* ---- two daemons ---- */

START_TEST(the_directory_of_another_daemon_is_left_alone_until_it_ends)
{
        LIFE;
        const Endpoint *e;
        int other;

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        end(&l);

        other = lock_directory();
        ck_assert_int_ge(other, 0);
        begin(&l, "A");
        l.wall_at += DAY;
        e = endpoint(&l, "A");
        ck_assert_str_eq(facts(&l).state_problem, "in_use");
        ck_assert_uint_eq(count_logged(&l, "(in_use): another mqtlsd uses "), 1);
        ck_assert_uint_eq(count_logged(&l, directory), 1);
        look(&l, "A", CIPHER_B);
        wait_for(&l, RETRY_SECONDS, "A");
        loop_drain(l.event);
        ck_assert_str_eq(facts(&l).state_problem, "in_use");
        ck_assert(!drift_is_open(e->drift, DRIFT_KIND_CIPHER)); /* nobody knows better */

        ck_assert_int_eq(close(other), 0);
        LOOP_UNTIL(l.event, (wait_for(&l, RETRY_SECONDS, "A"), facts(&l).state_saved));
        ck_assert(drift_is_open(e->drift, DRIFT_KIND_CIPHER));
        UNTIL_ENTRIES(&l, "A", "drift");
        ck_assert_int_eq(lock_directory(), -1);
}
END_TEST

START_TEST(a_directory_is_held_as_long_as_it_is_used)
{
        CLEANUP_FREE char *aside = pki_path(dir, "aside");
        LIFE;

        begin(&l, "A");
        ck_assert_int_eq(lock_directory(), -1);
        look(&l, "A", CIPHER_A);
        LOOP_UNTIL(l.event, has_baseline("A"));
        ck_assert_int_eq(lock_directory(), -1);

        /* Another one in its place. */
        ck_assert_int_eq(rename(directory, aside), 0);
        wait_for(&l, LOOK_SECONDS, "A");
        LOOP_UNTIL(l.event, has_baseline("A"));
        ck_assert_int_eq(lock_directory(), -1);
        end(&l);
        ck_assert_int_eq(close(lock_directory()), 0);
}
END_TEST

/* ---- endpoints that are not configured ---- */

static const struct {
        const char *name;
        int64_t days;
        bool is_kept;
} absences[] = {
        {"89 days may be a typing error", 89, true},
        {"91 days are none", 91, false},
};

START_TEST(who_is_missing_for_long_is_forgotten)
{
        LIFE;

        begin(&l, "AB");
        look(&l, "A", CIPHER_A);
        look(&l, "B", CIPHER_A);
        look(&l, "B", CIPHER_B);
        end(&l);
        ck_assert(has_baseline("B"));

        begin(&l, "A");
        look(&l, "A", CIPHER_A);
        l.wall_at = NOW + absences[_i].days * DAY;
        look(&l, "A", CIPHER_A);
        saver_reloaded(l.saver);
        LOOP_UNTIL(l.event, facts(&l).state_last_write_at >= l.wall_at);
        end(&l);
        ck_assert_msg(has_baseline("B") == absences[_i].is_kept, "%s", absences[_i].name);
        ck_assert_str_eq(entries("B"), "drift"); /* the ledger stays */
        ck_assert(has_baseline("A"));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("saver");
        TCase *good = tcase_create("good days"), *bad = tcase_create("bad days");

        tcase_add_checked_fixture(good, set_up, tear_down);
        tcase_add_test(good, what_is_noted_reaches_the_file_and_the_next_life);
        tcase_add_test(good, what_waits_is_written_at_the_end);
        tcase_add_test(good, dates_and_runs_alone_wait_for_their_turn);
        tcase_add_test(good, what_comes_while_the_disk_is_busy_goes_together);
        tcase_add_loop_test(good, what_another_process_accepts_is_followed, 0, 2);
        tcase_add_test(good, what_is_accepted_after_the_clock_was_set_back_is_followed);
        tcase_add_test(good, what_makes_no_sense_is_written_over);
        tcase_add_test(good, a_change_that_was_on_its_way_when_somebody_accepted_stands_once);
        tcase_add_test(good, what_is_accepted_here_and_there_stands_once);
        tcase_add_test(good, what_is_accepted_there_and_then_something_else_here_stands_as_well);
        tcase_add_test(good, ids_stay_over_a_restart);
        tcase_add_test(good, announcements_are_followed_and_taken_back);
        tcase_add_loop_test(good, who_is_missing_for_long_is_forgotten, 0, ARRAY_LEN(absences));
        tcase_set_timeout(good, 60);
        suite_add_tcase(suite, good);

        tcase_add_checked_fixture(bad, set_up, tear_down);
        tcase_add_loop_test(bad, what_the_disk_does_not_take_waits_until_it_does, 0,
                ARRAY_LEN(failures));
        tcase_add_test(bad, a_slow_disk_is_told_of_once_and_waited_for);
        tcase_add_test(bad, a_disk_that_hangs_at_the_start_keeps_nobody_from_it);
        tcase_add_test(bad, the_end_does_not_wait_for_ever);
        tcase_add_test(bad, the_end_waits_for_a_disk_that_is_slow);
        tcase_add_loop_test(bad, any_operation_may_fail, 0, 2);
        tcase_add_loop_test(bad, death_at_any_operation, 0, 2);
        tcase_add_test(bad, a_file_that_comes_late_still_has_the_baseline);
        tcase_add_test(bad, entries_of_a_file_that_comes_late_are_the_older_ones);
        tcase_add_test(bad, a_damaged_file_is_set_aside_and_all_that_is_known_written_again);
        tcase_add_test(bad, a_damaged_file_at_the_start_is_a_warning);
        tcase_add_test(bad, the_directory_of_another_daemon_is_left_alone_until_it_ends);
        tcase_add_test(bad, a_directory_is_held_as_long_as_it_is_used);
        tcase_set_timeout(bad, 120);
        suite_add_tcase(suite, bad);
        return suite;
}

int main(void)
{
        int status;

        cert = pki_issue(&(PkiOptions){.cn = "qm1", .not_after = PKI_AT(NOW + 100 * DAY)});
        status = suite_run(make_suite());
        pki_cert_done(&cert);
        return status;
}
