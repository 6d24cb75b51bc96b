/* SPDX-License-Identifier: MIT */
#include "model/repository.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What an operator has to do about it at once. */
static const Severity finding_severities[_KEYSTORE_FINDING_MAX] = {
        [KEYSTORE_FINDING_LABEL_MISSING] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_PRIVATE_KEY_MISSING] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_CERT_UNREADABLE] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_CERT_EXPIRED] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_CERT_NOT_YET_VALID] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_SIGNER_EXPIRED] = SEVERITY_CRITICAL,
        [KEYSTORE_FINDING_SIGNER_MISSING] = SEVERITY_WARNING,
        [KEYSTORE_FINDING_LABEL_TWICE] = SEVERITY_WARNING,
};

Severity repository_finding_severity(KeystoreFindingKind kind)
{
        assert((unsigned) kind < _KEYSTORE_FINDING_MAX);

        return finding_severities[kind];
}

static void forget_judgement(Repository *r)
{
        for (size_t i = 0; i < r->n_served; i++) {
                free(r->served[i].certlabl);
                keystore_served_done(&r->served[i].served);
        }
        free(r->served);
        free(r->certs);
        r->served = NULL;
        r->certs = NULL;
        r->n_served = r->n_certs = 0;
}

void repository_done(Repository *r)
{
        forget_judgement(r);
        (void) keystore_free(r->keystore);
        free(r->problem);
        free(r->stash_problem);
        *r = (Repository){0};
}

void repository_reading_done(RepositoryReading *reading)
{
        (void) keystore_free(reading->keystore);
        free(reading->problem);
        free(reading->stash_problem);
        *reading = (RepositoryReading){0};
}

int repository_read_stash(const char *path, const char *stash, char **ret_problem)
{
        CLEANUP_FREE char *beside = NULL;
        char *problem = NULL;
        int r = stash ? 0 : keystore_stash_path(path, &beside);

        *ret_problem = NULL;
        if (r < 0)
                return r;

        r = keystore_stash_check(stash ? stash : beside, &problem);
        if (r == -ENOENT && !stash) {
                free(problem);
                return 0;
        }
        if (r < 0 && !problem)
                return -ENOMEM;
        *ret_problem = problem;
        return 0;
}

int repository_read(const char *path, const char *stash, const char *passphrase, RepositoryReading *ret)
{
        CLEANUP_REPOSITORY_READING RepositoryReading reading = {0};
        int r = keystore_load(path, passphrase, &reading.problem, &reading.keystore);

        assert(ret);

        if (r < 0 && !reading.problem)
                return -ENOMEM;
        r = repository_read_stash(
                reading.keystore ? reading.keystore->path : path, stash, &reading.stash_problem);
        if (r < 0)
                return r;

        *ret = reading;
        reading = (RepositoryReading){0};
        return 0;
}

/* ---- taking ---- */

static bool keystores_equal(const Keystore *a, const Keystore *b)
{
        if (a->n_entries != b->n_entries || a->kind != b->kind || a->is_partial != b->is_partial)
                return false;

        for (size_t i = 0; i < a->n_entries; i++) {
                const KeystoreEntry *x = &a->entries[i], *y = &b->entries[i];

                if (!util_text_equal(x->label, y->label) || x->has_private_key != y->has_private_key ||
                        memcmp(x->facts.sha256, y->facts.sha256, CERT_SHA256_SIZE) != 0)
                        return false;
        }
        return true;
}

/* Puts a text in the place of another. True if it is another. */
static bool replace_text(char **place, char **text)
{
        bool is_other = !util_text_equal(*place, *text);

        free(*place);
        *place = STEAL(*text);
        return is_other;
}

bool repository_take(Repository *r, RepositoryReading *reading, int64_t now_at)
{
        bool is_other = r->read_at == 0;

        assert(r);
        assert(reading);

        r->read_at = now_at;
        is_other |= replace_text(&r->stash_problem, &reading->stash_problem);
        if (reading->unchanged)
                return is_other;

        is_other |= replace_text(&r->problem, &reading->problem);
        if (reading->keystore) {
                if (r->keystore && !keystores_equal(r->keystore, reading->keystore))
                        r->since_at = now_at;
                forget_judgement(r);
                (void) keystore_free(r->keystore);
                r->keystore = STEAL(reading->keystore);
                is_other = true; /* what points into the old one is gone */
        }
        return is_other;
}

/* ---- judging ---- */

static int judge_served(Repository *r, const char *certlabl, int64_t now_at)
{
        const KeystoreConfig *c = r->config;
        RepositoryServed s = {0};

        if (util_copy_text(certlabl, &s.certlabl) < 0)
                return -ENOMEM;
        if (util_grow(&r->served, r->n_served, sizeof(s)) < 0 ||
                keystore_find_served(r->keystore, certlabl ? certlabl : c->certlabl, c->qmgr, now_at,
                        &s.served) < 0) {
                free(s.certlabl);
                return -ENOMEM;
        }
        r->served[r->n_served++] = s;
        return 0;
}

/* Marks the certificates that are held to the thresholds. */
static void mark_held(Repository *r)
{
        const Keystore *k = r->keystore;
        bool has_labels = k->kind != KEYSTORE_KIND_PEM && k->kind != KEYSTORE_KIND_DER;

        for (size_t i = 0; i < r->n_served; i++)
                if (r->served[i].served.entry)
                        r->certs[r->served[i].served.entry - k->entries].is_held = true;
        for (size_t i = 0; r->n_served == 0 && i < r->n_certs; i++)
                r->certs[i].is_held = has_labels ? k->entries[i].has_private_key : i == 0;
}

static int judge_certs(Repository *r, int64_t now_at)
{
        const Keystore *k = r->keystore;

        r->certs = calloc(MAX_OF(k->n_entries, (size_t) 1), sizeof(*r->certs));
        if (!r->certs)
                return -ENOMEM;

        r->n_certs = k->n_entries;
        mark_held(r);
        for (size_t i = 0; i < r->n_certs; i++) {
                RepositoryCert *c = &r->certs[i];
                const CertFacts *f = &k->entries[i].facts;

                c->entry = &k->entries[i];
                c->has_state = c->is_held && f->has_not_before && f->has_not_after;
                if (!c->has_state)
                        continue;
                c->state = expiry_judge(f->not_before_at, f->not_after_at, &r->config->expiry_warning,
                        &r->config->expiry_critical, now_at);
                c->critical_seconds = threshold_seconds(
                        &r->config->expiry_critical, f->not_before_at, f->not_after_at);
                /* As with endpoints: a share may be less than a span, and no warning follows the alarm. */
                c->warning_seconds = MAX_OF(c->critical_seconds,
                        threshold_seconds(
                                &r->config->expiry_warning, f->not_before_at, f->not_after_at));
        }
        return 0;
}

static Severity expiry_severity(ExpiryState state)
{
        if (state == EXPIRY_OK)
                return SEVERITY_OK;
        return state == EXPIRY_WARNING ? SEVERITY_WARNING : SEVERITY_CRITICAL;
}

static Severity severity_of(const Repository *r)
{
        Severity s = SEVERITY_OK;

        if (r->read_at == 0)
                return SEVERITY_UNKNOWN;
        if (r->problem || r->stash_problem || (r->keystore && r->keystore->n_warnings > 0))
                s = SEVERITY_WARNING;
        for (size_t i = 0; i < r->n_served; i++)
                for (size_t f = 0; f < r->served[i].served.n_findings; f++)
                        s = MAX_OF(s, repository_finding_severity(
                                              r->served[i].served.findings[f].kind));
        for (size_t i = 0; i < r->n_certs; i++)
                if (r->certs[i].has_state)
                        s = MAX_OF(s, expiry_severity(r->certs[i].state));
        return s;
}

static int judge(Repository *r, const char *const *certlabls, size_t n_certlabls, int64_t now_at)
{
        int q = 0;

        if (!r->keystore)
                return 0;

        if (r->config->qmgr || r->config->certlabl)
                q = judge_served(r, NULL, now_at);
        for (size_t i = 0; q >= 0 && r->config->qmgr && i < n_certlabls; i++)
                q = judge_served(r, certlabls[i], now_at);
        return q < 0 ? q : judge_certs(r, now_at);
}

int repository_judge(Repository *r, const char *const *certlabls, size_t n_certlabls, int64_t now_at)
{
        int q;

        assert(r);
        assert(r->config);

        forget_judgement(r);
        q = judge(r, certlabls, n_certlabls, now_at);
        if (q < 0)
                forget_judgement(r);
        r->severity = severity_of(r);
        return q;
}

/* ---- asking ---- */

bool repository_is_of(const Repository *r, const char *qmgr)
{
        return qmgr && r->config->qmgr && strcmp(r->config->qmgr, qmgr) == 0;
}

static int compare_certlabl(const void *certlabl, const void *element)
{
        const RepositoryServed *s = element;

        return strcmp(certlabl, s->certlabl);
}

const KeystoreServed *repository_served(const Repository *r, const char *certlabl)
{
        const RepositoryServed *found = r->served;

        if (certlabl && r->n_served > 1)
                found = bsearch(certlabl, r->served + 1, r->n_served - 1, sizeof(*r->served),
                        compare_certlabl);
        else if (certlabl)
                found = NULL;
        return found ? &found->served : NULL;
}

const char *repository_role(const KeystoreEntry *entry)
{
        if (entry->has_private_key)
                return "personal";
        return entry->is_signer ? "signer" : "certificate";
}
