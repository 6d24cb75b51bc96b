/* SPDX-License-Identifier: MIT */

/*
 * Leaves are sorted so that those which may clash stand together, in runs of those which do not clash
 * with each other: (issuer, serial; certificate) and (key; queue manager). A leaf of the first run
 * clashes with the second one, all others with the first, so that one look at the first of a run is
 * enough, and three thousand endpoints of one certificate cost no more than three thousand of their own.
 */

#include "judge/hygiene.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static bool has_serial(const CertFacts *c)
{
        return !(c->faults & CERT_FAULT_UNPARSABLE) && c->issuer_rfc4514 && c->serial;
}

static bool has_key(const CertFacts *c)
{
        return !(c->faults & (CERT_FAULT_UNPARSABLE | CERT_FAULT_KEY));
}

static int compare_owners(const HygieneLeaf *a, const HygieneLeaf *b)
{
        return (a->owner > b->owner) - (a->owner < b->owner);
}

/* Names of one issuer are equal whatever string type they are written in (RFC 5280 section 7.1), and
 * so is their text. */
static int compare_numbers(const CertFacts *a, const CertFacts *b)
{
        int r = strcmp(a->serial, b->serial);

        return r != 0 ? r : strcmp(a->issuer_rfc4514, b->issuer_rfc4514);
}

static int compare_certs(const CertFacts *a, const CertFacts *b)
{
        return memcmp(a->sha256, b->sha256, sizeof(a->sha256));
}

static int compare_keys(const CertFacts *a, const CertFacts *b)
{
        return memcmp(a->spki_sha256, b->spki_sha256, sizeof(a->spki_sha256));
}

static bool serial_applies(const HygieneLeaf *l)
{
        return has_serial(l->cert);
}

static int serial_groups(const HygieneLeaf *a, const HygieneLeaf *b)
{
        return compare_numbers(a->cert, b->cert);
}

static int serial_runs(const HygieneLeaf *a, const HygieneLeaf *b)
{
        return compare_certs(a->cert, b->cert);
}

static bool key_applies(const HygieneLeaf *l)
{
        return l->qmgr && has_key(l->cert);
}

static int key_groups(const HygieneLeaf *a, const HygieneLeaf *b)
{
        return compare_keys(a->cert, b->cert);
}

static int key_runs(const HygieneLeaf *a, const HygieneLeaf *b)
{
        return strcmp(a->qmgr, b->qmgr);
}

/* Those of one group clash that are in different runs of it. */
static const struct {
        bool (*applies)(const HygieneLeaf *l);
        int (*compare_groups)(const HygieneLeaf *a, const HygieneLeaf *b);
        int (*compare_runs)(const HygieneLeaf *a, const HygieneLeaf *b);
} rules[_HYGIENE_RULE_MAX] = {
        [HYGIENE_SERIAL] = { serial_applies, serial_groups, serial_runs },
        [HYGIENE_KEY] = { key_applies, key_groups, key_runs },
};

bool hygiene_clash(HygieneRule rule, const HygieneLeaf *a, const HygieneLeaf *b)
{
        assert(rule < _HYGIENE_RULE_MAX);
        assert(a);
        assert(b);

        return rules[rule].applies(a) && rules[rule].applies(b) &&
               rules[rule].compare_groups(a, b) == 0 && rules[rule].compare_runs(a, b) != 0;
}

static int compare_leaves(HygieneRule rule, const HygieneLeaf *a, const HygieneLeaf *b)
{
        int r;

        if (rules[rule].applies(a) != rules[rule].applies(b))
                return rules[rule].applies(a) ? -1 : 1;
        if (!rules[rule].applies(a))
                return compare_owners(a, b);

        r = rules[rule].compare_groups(a, b);
        if (r == 0)
                r = rules[rule].compare_runs(a, b);
        return r != 0 ? r : compare_owners(a, b);
}

static int compare_by_serial(const void *a, const void *b)
{
        return compare_leaves(HYGIENE_SERIAL, a, b);
}

static int compare_by_key(const void *a, const void *b)
{
        return compare_leaves(HYGIENE_KEY, a, b);
}

static void set_twin(HygieneRule rule, HygieneTwins *of, size_t twin)
{
        size_t *field = &of->by[rule];

        if (*field == HYGIENE_NOBODY || twin < *field)
                *field = twin;
}

/* One group: `n` sorted leaves. */
static void mark_group(HygieneRule rule, const HygieneLeaf *group, size_t n, HygieneTwins *ret)
{
        size_t second = 1; /* where the second run begins */

        while (second < n && rules[rule].compare_runs(&group[0], &group[second]) == 0)
                second++;
        if (second == n)
                return;

        for (size_t i = 0; i < n; i++)
                set_twin(rule, &ret[group[i].owner], group[i < second ? second : 0].owner);
}

/* `leaves` are sorted by the rule. */
static void mark(HygieneRule rule, const HygieneLeaf *leaves, size_t n, HygieneTwins *ret)
{
        for (size_t first = 0, next; first < n && rules[rule].applies(&leaves[first]); first = next) {
                next = first + 1;
                while (next < n && rules[rule].applies(&leaves[next]) &&
                        rules[rule].compare_groups(&leaves[first], &leaves[next]) == 0)
                        next++;
                mark_group(rule, &leaves[first], next - first, ret);
        }
}

void hygiene_find(HygieneLeaf *leaves, size_t n, HygieneTwins *ret, size_t n_owners)
{
        assert(leaves || n == 0);
        assert(ret || n_owners == 0);

        for (size_t i = 0; i < n_owners; i++)
                ret[i] = (HygieneTwins){ { HYGIENE_NOBODY, HYGIENE_NOBODY } };
        if (n == 0)
                return;

        qsort(leaves, n, sizeof(*leaves), compare_by_serial);
        mark(HYGIENE_SERIAL, leaves, n, ret);
        qsort(leaves, n, sizeof(*leaves), compare_by_key);
        mark(HYGIENE_KEY, leaves, n, ret);
}
