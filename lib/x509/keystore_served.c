/* SPDX-License-Identifier: MIT */

/*
 * The certificate that a queue manager serves from its key repository, and what is wrong with it as
 * far as the file tells: its label, its key, its dates and those of its signers.
 */

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/timefmt.h"
#include "x509/keystore_internal.h"

enum {
        TEXT_BYTES_SHOWN = 96,
        LABELS_SHOWN = 3,
};

static const char *const finding_names[] = {
#define X(id, name) name,
        KEYSTORE_FINDING_TABLE(X)
#undef X
};
_Static_assert(ARRAY_LEN(finding_names) == _KEYSTORE_FINDING_MAX, "a finding has no name");

/* A search being made. */
typedef struct Search {
        const Keystore *keystore;
        int64_t now;
        KeystoreServed *served;
} Search;

const char *keystore_finding_to_string(KeystoreFindingKind kind)
{
        assert((unsigned) kind < _KEYSTORE_FINDING_MAX);

        return finding_names[kind];
}

/* Names of MQ's are padded with blanks, which do not count. */
static size_t length_without_blanks(const char *s)
{
        size_t len = s ? strlen(s) : 0;

        while (len > 0 && s[len - 1] == ' ')
                len--;
        return len;
}

int keystore_default_label(const char *qmgr, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        size_t len = length_without_blanks(qmgr);

        /* IBM's page "Digital certificate labels, understanding the requirements". */
        buf_append_str(&b, "ibmwebspheremq");
        for (size_t i = 0; i < len; i++)
                buf_append_char(&b,
                        (char) (qmgr[i] >= 'A' && qmgr[i] <= 'Z' ? qmgr[i] - 'A' + 'a' : qmgr[i]));
        return buf_steal(&b, ret);
}

/* Findings */

static int find(Search *s, KeystoreFindingKind kind, const KeystoreEntry *entry, const char *format, ...)
        PRINTF_LIKE(4, 5);

static int find(Search *s, KeystoreFindingKind kind, const KeystoreEntry *entry, const char *format, ...)
{
        KeystoreServed *served = s->served;
        KeystoreFinding finding = { .kind = kind, .entry = entry };
        va_list ap;

        if (util_grow(&served->findings, served->n_findings, sizeof(finding)) < 0)
                return -ENOMEM;
        va_start(ap, format);
        if (vasprintf(&finding.text, format, ap) < 0)
                finding.text = NULL;
        va_end(ap);
        if (!finding.text)
                return -ENOMEM;
        served->findings[served->n_findings++] = finding;
        return 0;
}

/* In quotes, printable, of bearable length. */
static void append_shown(Buf *b, const char *text)
{
        buf_append_char(b, '\'');
        escape_log(b, text, strlen(text), TEXT_BYTES_SHOWN);
        buf_append_char(b, '\'');
}

static const char *path_of(const Search *s)
{
        return s->keystore->path;
}

/* Labels */

static bool has_labels(const Keystore *k)
{
        return k->kind != KEYSTORE_KIND_PEM && k->kind != KEYSTORE_KIND_DER;
}

/* Of one that is equal whatever the case. */
static bool label_matches(const Keystore *k, const KeystoreEntry *e, const char *label)
{
        return k->kind == KEYSTORE_KIND_JKS || k->kind == KEYSTORE_KIND_JCEKS ||
               strcmp(e->label, label) == 0;
}

/* The labels that a queue manager could be pointed at instead, or its own in another case. */
static void append_alternatives(const Search *s, Buf *b)
{
        const Keystore *k = s->keystore;
        size_t n_similar = 0, n = 0;
        const KeystoreEntry *const *similar = keystore_labelled(k, s->served->label, &n_similar);

        if (n_similar > 0) {
                buf_append_str(b, "one differs only in case: ");
                append_shown(b, similar[0]->label);
                return;
        }
        for (size_t i = 0; i < k->n_entries && n < LABELS_SHOWN; i++) {
                const KeystoreEntry *e = &k->entries[i];

                if (!e->label || !e->has_private_key)
                        continue;
                buf_append_str(b, n++ == 0 ? "personal certificates there: " : ", ");
                append_shown(b, e->label);
        }
        if (k->n_personal > n)
                buf_appendf(b, " and %zu more", k->n_personal - n);
        if (n == 0)
                buf_append_str(b, "and there is no personal certificate under any other");
        if (k->is_partial)
                buf_append_str(b, "; a part of the file could not be read");
}

static int find_missing_label(Search *s)
{
        CLEANUP_BUF Buf label = BUF_INIT, others = BUF_INIT;

        if (!s->served->label)
                return find(s, KEYSTORE_FINDING_LABEL_MISSING, NULL,
                        "%s holds no certificate; put the queue manager's into it", path_of(s));
        append_shown(&label, s->served->label);
        append_alternatives(s, &others);
        if (buf_error(&label) < 0 || buf_error(&others) < 0)
                return -ENOMEM;
        return find(s, KEYSTORE_FINDING_LABEL_MISSING, NULL,
                "%s holds no certificate with the label %s (%s); import the certificate under this "
                "label, or set CERTLABL of the queue manager to the one that it shall serve",
                path_of(s), buf_str(&label), buf_str(&others));
}

/* `*ret_n`: how many bear the label. The first one with a key wins, else the first. */
static const KeystoreEntry *find_entry(const Search *s, size_t *ret_n)
{
        const Keystore *k = s->keystore;
        const KeystoreEntry *found = NULL, *const *labelled = NULL;
        size_t n_labelled = 0;

        *ret_n = 0;
        if (!has_labels(k)) {
                *ret_n = k->n_entries > 0 ? 1 : 0;
                return k->n_entries > 0 ? &k->entries[0] : NULL;
        }
        labelled = keystore_labelled(k, s->served->label, &n_labelled);
        for (size_t i = 0; i < n_labelled; i++) {
                const KeystoreEntry *e = labelled[i];

                if (!label_matches(k, e, s->served->label))
                        continue;
                ++*ret_n;
                if (!found || (e->has_private_key && !found->has_private_key))
                        found = e;
        }
        return found;
}

/* The certificate itself */

static bool is_expired(const CertFacts *facts, int64_t now)
{
        return facts->has_not_after && facts->not_after_at < now;
}

static bool is_valid(const CertFacts *facts, int64_t now)
{
        return facts->has_not_after && !is_expired(facts, now) && facts->has_not_before &&
                facts->not_before_at <= now;
}

static int check_key(Search *s, const KeystoreEntry *e)
{
        /* A certificate in PEM or DER may have its key in another file. */
        if (e->has_private_key || !has_labels(s->keystore))
                return 0;
        return find(s, KEYSTORE_FINDING_PRIVATE_KEY_MISSING, e,
                "the certificate to be served from %s has no private key there, so no TLS channel "
                "can use it; receive it into the repository where its request was made, or import "
                "a PKCS#12 file with its key",
                path_of(s));
}

static int check_own(Search *s, const KeystoreEntry *e)
{
        const CertFacts *facts = &e->facts;
        char date[TIMEFMT_RFC3339_SIZE];

        if (facts->faults & CERT_FAULT_UNPARSABLE || !facts->has_not_after || !facts->has_not_before)
                return find(s, KEYSTORE_FINDING_CERT_UNREADABLE, e,
                        "the certificate to be served from %s, or a date in it, cannot be read; "
                        "replace it",
                        path_of(s));
        if (is_expired(facts, s->now)) {
                timefmt_rfc3339(facts->not_after_at, date);
                return find(s, KEYSTORE_FINDING_CERT_EXPIRED, e,
                        "the certificate to be served from %s expired on %s; renew it, then "
                        "REFRESH SECURITY TYPE(SSL)",
                        path_of(s), date);
        }
        if (!is_valid(facts, s->now)) {
                timefmt_rfc3339(facts->not_before_at, date);
                return find(s, KEYSTORE_FINDING_CERT_NOT_YET_VALID, e,
                        "the certificate to be served from %s is not valid before %s; serve the "
                        "old one until then",
                        path_of(s), date);
        }
        return 0;
}

/* Signers */

/* Whoever is named as the issuer. The one that is valid wins: a renewed signer has the name, and as a
 * rule the key, of the one before it. */
static const KeystoreEntry *find_signer(const Search *s, const KeystoreEntry *of)
{
        const KeystoreEntry *found = NULL, *const *named = NULL;
        size_t n = 0;

        if (!of->facts.issuer_rfc4514)
                return NULL;
        named = keystore_named(s->keystore, of->facts.issuer_rfc4514, &n);
        for (size_t i = 0; i < n; i++) {
                const KeystoreEntry *e = named[i];

                if (e == of || !dn_equal(&e->facts.subject, &of->facts.issuer))
                        continue;
                if (is_valid(&e->facts, s->now))
                        return e;
                if (!found || (e->facts.has_not_after &&
                                      e->facts.not_after_at > found->facts.not_after_at))
                        found = e;
        }
        return found;
}

static int find_missing_signer(Search *s, const KeystoreEntry *of)
{
        CLEANUP_BUF Buf issuer = BUF_INIT;

        append_shown(&issuer, of->facts.issuer_mq);
        if (buf_error(&issuer) < 0)
                return -ENOMEM;
        return find(s, KEYSTORE_FINDING_SIGNER_MISSING, of,
                "%s does not hold the signer %s, so the chain that is sent ends before it; add the "
                "signer's certificate to the repository",
                path_of(s), buf_str(&issuer));
}

static int find_expired_signer(Search *s, const KeystoreEntry *signer)
{
        CLEANUP_BUF Buf subject = BUF_INIT;
        char date[TIMEFMT_RFC3339_SIZE];

        append_shown(&subject, signer->facts.subject_mq);
        if (buf_error(&subject) < 0)
                return -ENOMEM;
        timefmt_rfc3339(signer->facts.not_after_at, date);
        return find(s, KEYSTORE_FINDING_SIGNER_EXPIRED, signer,
                "the signer %s in %s expired on %s, and every certificate under it fails; add the "
                "signer's renewed certificate here and at the partners",
                buf_str(&subject), path_of(s), date);
}

static bool is_found(const Search *s, const KeystoreEntry *signer)
{
        for (size_t i = 0; i < s->served->n_findings; i++)
                if (s->served->findings[i].kind == KEYSTORE_FINDING_SIGNER_EXPIRED &&
                        s->served->findings[i].entry == signer)
                        return true;
        return false;
}

static int check_signers(Search *s, const KeystoreEntry *e)
{
        const KeystoreEntry *missing_of = NULL;

        for (int i = 0; i < KEYSTORE_CHAIN_MAX && e->facts.issuer_mq && !e->facts.self_issued; i++) {
                const KeystoreEntry *signer = find_signer(s, e);

                if (!signer) {
                        missing_of = e;
                        break;
                }
                /* Signers can name each other in a circle. */
                if (is_expired(&signer->facts, s->now) && !is_found(s, signer)) {
                        int r = find_expired_signer(s, signer);

                        if (r < 0)
                                return r;
                }
                e = signer;
        }
        /* PEM and DER are as a rule what somebody else sends a chain with: signers may be elsewhere. */
        return missing_of && has_labels(s->keystore)
                ? find_missing_signer(s, missing_of)
                : 0;
}

static int look_up(Search *s)
{
        size_t n = 0;
        const KeystoreEntry *e = find_entry(s, &n);
        int r;

        if (!e)
                return find_missing_label(s);
        s->served->entry = e;
        r = check_key(s, e);
        if (r == 0)
                r = check_own(s, e);
        if (r == 0)
                r = check_signers(s, e);
        if (r == 0 && n > 1)
                r = find(s, KEYSTORE_FINDING_LABEL_TWICE, e,
                        "%zu certificates in %s have the label that is looked for, and which one is "
                        "served is not certain; rename or delete the others",
                        n, path_of(s));
        return r;
}

static int wanted_label(const char *certlabl, const char *qmgr, char **ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;
        CLEANUP_FREE char *label = NULL;
        size_t len = length_without_blanks(certlabl);

        if (len == 0) {
                int r = keystore_default_label(qmgr, &label);

                if (r < 0)
                        return r;
        }
        /* As the entries have theirs. */
        escape_text(&b, label ? label : certlabl, label ? strlen(label) : len);
        return buf_steal(&b, ret);
}

/* Hands the answer over; the variable it leaves is empty and may be cleaned up. */
static void move_served(KeystoreServed *from, KeystoreServed *ret)
{
        *ret = *from;
        *from = (KeystoreServed){ 0 };
}

int keystore_find_served(const Keystore *k,
        const char *certlabl,
        const char *qmgr,
        int64_t now,
        KeystoreServed *ret)
{
        CLEANUP(keystore_served_done) KeystoreServed served = { 0 };
        Search search = { .keystore = k, .now = now, .served = &served };
        int r = has_labels(k) ? wanted_label(certlabl, qmgr, &served.label) : 0;

        if (r == 0)
                r = look_up(&search);
        if (r < 0)
                return r;
        move_served(&served, ret);
        return 0;
}

void keystore_served_done(KeystoreServed *s)
{
        for (size_t i = 0; i < s->n_findings; i++)
                free(s->findings[i].text);
        free(s->findings);
        free(s->label);
        *s = (KeystoreServed){ 0 };
}
