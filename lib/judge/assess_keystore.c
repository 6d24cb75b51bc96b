/* SPDX-License-Identifier: MIT */

/*
 * What the listener serves, held against the key repository on disk. A queue manager reads the file
 * when a channel process starts and on REFRESH SECURITY TYPE(SSL), so a renewal that ends with the new
 * file is not in force; nothing but this comparison tells.
 *
 * Certificates are compared whole, by fingerprint. Only a leaf of this very probe makes a finding, as
 * everywhere in stage policy: what a listener served before it fell silent is no reason to send anybody
 * to it with a REFRESH. The fact (AssessedKeystore) outlives a probe that sees no certificate, as dates
 * do, or an alert would resolve itself whenever a probe is missed; but not the file's next change, of
 * which an old look at the listener can say nothing.
 *
 * Where nodes of a queue manager have a file each, nobody says which address belongs to which: each
 * address has to serve what one of the files holds, and a file whose node does not answer is not judged.
 */

#include "judge/assess_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_same(const CertFacts *a, const CertFacts *b)
{
        return memcmp(a->sha256, b->sha256, CERT_SHA256_SIZE) == 0;
}

/* The first key repository that holds anything to compare with. */
static const SurroundingKeystore *first_readable(const Surroundings *around)
{
        for (size_t i = 0; around && i < around->n_keystores; i++)
                if (around->keystores[i].entry)
                        return &around->keystores[i];
        return NULL;
}

static bool is_held(const Surroundings *around, const CertFacts *leaf)
{
        for (size_t i = 0; i < around->n_keystores; i++)
                if (around->keystores[i].entry && is_same(&around->keystores[i].entry->facts, leaf))
                        return true;
        return false;
}

/* Was it issued after the other? Where both begin at once, the one that ends later. */
static bool is_newer(const CertFacts *a, const CertFacts *b)
{
        if (!a->has_not_before || !b->has_not_before || !a->has_not_after || !b->has_not_after)
                return false;

        return a->not_before_at != b->not_before_at ? a->not_before_at > b->not_before_at
                                                    : a->not_after_at > b->not_after_at;
}

/* The label under which the file holds what is served; NULL: it does not, or there is none. */
static const char *label_of(const Keystore *k, const CertFacts *leaf)
{
        for (size_t i = 0; i < k->n_entries; i++)
                if (k->entries[i].label && is_same(&k->entries[i].facts, leaf))
                        return k->entries[i].label;
        return NULL;
}

static void append_end(Buf *b, const CertFacts *c, int64_t now_at)
{
        if (!c->has_not_after) {
                buf_append_str(b, "a date that cannot be read");
                return;
        }
        message_append_moment(b, c->not_after_at, now_at);
}

static void append_label(Buf *b, const char *label)
{
        buf_append_str(b, "label '");
        message_append_foreign(b, label);
        buf_append_char(b, '\'');
}

/* "…, and the key repository NAME (PATH, label 'L') holds " */
static void append_repository(Buf *b, const SurroundingKeystore *k)
{
        buf_append_str(b, ", and the key repository ");
        message_append_foreign(b, k->name);
        buf_append_str(b, " (");
        message_append_foreign(b, k->keystore->path);
        if (k->label) {
                buf_append_str(b, ", ");
                append_label(b, k->label);
        }
        buf_append_str(b, ") holds ");
}

/* What the two certificates tell, and no more: who renewed what is not known here. */
static void append_comparison(
        Buf *b, const SurroundingKeystore *k, const CertFacts *leaf, int64_t now_at)
{
        const CertFacts *held = &k->entry->facts;
        bool is_renewed = is_newer(held, leaf);
        const char *label = is_renewed ? NULL : label_of(k->keystore, leaf);

        if (is_renewed) {
                buf_append_str(b, "a newer one until ");
                append_end(b, held, now_at);
                buf_append_str(b, ": renewed on disk, but REFRESH SECURITY TYPE(SSL) was not done");
        } else if (label) {
                buf_append_str(b, "another one until ");
                append_end(b, held, now_at);
                buf_append_str(b, ", and what is served under ");
                append_label(b, label);
                buf_append_str(b, ": another CERTLABL is in force than is configured here");
        } else if (is_newer(leaf, held)) {
                buf_append_str(b, "an older one until ");
                append_end(b, held, now_at);
                buf_append_str(b, ": the file is behind, or it is not the one that is served from");
        } else {
                buf_append_str(b, "another one until ");
                append_end(b, held, now_at);
                buf_append_str(b, ": it is not the file or the label that is served from");
        }
        buf_append_char(b, '.');
}

/* Traffic flows, but what was renewed is not in force: urgent once what is served is about to end. */
static Severity severity_of(const Judging *j, const CertFacts *leaf)
{
        ExpiryState state;

        if (!leaf->has_not_before || !leaf->has_not_after)
                return SEVERITY_WARNING;

        state = expiry_judge(leaf->not_before_at, leaf->not_after_at, &j->policy->expiry_warning,
                &j->policy->expiry_critical, j->now_at);
        return state == EXPIRY_CRITICAL || state == EXPIRY_EXPIRED ? SEVERITY_CRITICAL
                                                                   : SEVERITY_WARNING;
}

static void judge_address(Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];
        const SurroundingKeystore *k = first_readable(j->around);
        CLEANUP_BUF Buf message = BUF_INIT;
        const CertFacts *leaf = NULL;

        if (!k || !assess_has_fresh_chain(a))
                return;
        leaf = &a->chain->certs[0].facts;
        if (is_held(j->around, leaf))
                return;

        buf_append_str(&message, "The listener serves a certificate until ");
        append_end(&message, leaf, j->now_at);
        append_repository(&message, k);
        append_comparison(&message, k, leaf, j->now_at);
        judging_add_as(j, DIAGNOSIS_POLICY_KEYSTORE_NOT_SERVED, severity_of(j, leaf), (int) address, 0,
                &message);
}

/* The leaf that was seen last at an address, as far as it can be compared with what the files hold
 * now; NULL: none. */
static const CertFacts *comparable_leaf(const Judging *j, size_t address)
{
        const AddressObservation *a = &j->o->addresses[address];

        if (!assess_counts(j, address) || !a->chain || a->chain->n_certs == 0)
                return NULL;
        for (size_t i = 0; a->chain_kept_at != 0 && i < j->around->n_keystores; i++)
                if (a->chain_kept_at < j->around->keystores[i].since_at)
                        return NULL;
        return &a->chain->certs[0].facts;
}

static KeystoreMatch match_of(const Judging *j, const SurroundingKeystore *k)
{
        bool is_served = false, is_seen = false;

        if (!k->entry)
                return KEYSTORE_MATCH_UNKNOWN;

        for (size_t i = 0; i < j->o->n_addresses; i++) {
                const CertFacts *leaf = comparable_leaf(j, i);

                if (!leaf)
                        continue;
                if (!is_held(j->around, leaf))
                        return KEYSTORE_MATCH_NO;
                is_seen = true;
                is_served = is_served || is_same(leaf, &k->entry->facts);
        }
        return is_seen && is_served ? KEYSTORE_MATCH_YES : KEYSTORE_MATCH_UNKNOWN;
}

static int note_matches(Judging *j)
{
        Assessment *a = j->a;
        size_t n = j->around->n_keystores;

        a->keystores = calloc(n, sizeof(*a->keystores));
        if (!a->keystores)
                return -ENOMEM;

        a->n_keystores = n;
        for (size_t i = 0; i < n; i++) {
                const SurroundingKeystore *k = &j->around->keystores[i];

                a->keystores[i].match = match_of(j, k);
                if (util_copy_text(k->name, &a->keystores[i].name) < 0 ||
                        util_copy_text(k->label, &a->keystores[i].label) < 0)
                        return -ENOMEM;
        }
        return 0;
}

void assess_keystores(Judging *j)
{
        if (!j->around || j->around->n_keystores == 0 || j->r < 0)
                return;

        for (size_t i = 0; i < j->o->n_addresses; i++)
                judge_address(j, i);
        if (j->r >= 0)
                j->r = note_matches(j);
}
