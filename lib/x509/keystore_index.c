/* SPDX-License-Identifier: MIT */

/*
 * The entries of a Keystore by label and by subject. Each channel of a queue manager can have a label of
 * its own, and all of them are looked for every minute, with their signers: going through three thousand
 * entries for each of three thousand labels would hold up the loop.
 *
 * Labels are sorted without regard to case, so that those which differ in nothing else stand together:
 * Java takes them for one, and elsewhere a wrong case is worth telling. Among equals the order is that
 * of the file.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "x509/keystore_internal.h"

typedef const KeystoreEntry *EntryPointer;

/* How a key stands to an entry: < 0 before it, 0 at it, > 0 behind it. */
typedef int (*CompareKey)(const char *key, const KeystoreEntry *e);

static int compare_label(const char *label, const KeystoreEntry *e)
{
        return strcasecmp(label, e->label);
}

static int compare_subject(const char *subject, const KeystoreEntry *e)
{
        return strcmp(subject, e->facts.subject_rfc4514);
}

static int compare_places(EntryPointer a, EntryPointer b)
{
        return (a > b) - (a < b);
}

static int sort_by_label(const void *a, const void *b)
{
        const EntryPointer *x = a, *y = b;
        int r = compare_label((*x)->label, *y);

        return r != 0 ? r : compare_places(*x, *y);
}

static int sort_by_subject(const void *a, const void *b)
{
        const EntryPointer *x = a, *y = b;
        int r = compare_subject((*x)->facts.subject_rfc4514, *y);

        return r != 0 ? r : compare_places(*x, *y);
}

/* In JKS what stands behind a personal certificate has its label, and is not meant by it. */
static bool has_own_label(const KeystoreEntry *e)
{
        return e->label && e->chain_position == 0;
}

static bool can_sign(const KeystoreEntry *e)
{
        return !(e->facts.faults & CERT_FAULT_UNPARSABLE) && e->facts.subject_rfc4514;
}

static int make(const Keystore *k, bool (*belongs)(const KeystoreEntry *e),
        int (*sort)(const void *a, const void *b), KeystoreIndex *ret)
{
        KeystoreIndex index = { .list = calloc(MAX_OF(k->n_entries, (size_t) 1), sizeof(*index.list)) };

        if (!index.list)
                return -ENOMEM;
        for (size_t i = 0; i < k->n_entries; i++)
                if (belongs(&k->entries[i]))
                        index.list[index.n++] = &k->entries[i];
        if (index.n > 0)
                qsort(index.list, index.n, sizeof(*index.list), sort);
        *ret = index;
        return 0;
}

int keystore_index(Keystore *k)
{
        int r = make(k, has_own_label, sort_by_label, &k->by_label);

        if (r == 0)
                r = make(k, can_sign, sort_by_subject, &k->by_subject);
        for (size_t i = 0; i < k->n_entries; i++)
                k->n_personal += k->entries[i].label && k->entries[i].has_private_key ? 1 : 0;
        return r;
}

/* All that are at the key: the first by halving, and those behind it. */
static const EntryPointer *find_all(
        const KeystoreIndex *index, const char *key, CompareKey compare, size_t *ret_n)
{
        size_t low = 0, high = index->n, end;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (compare(key, index->list[middle]) > 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        for (end = low; end < index->n && compare(key, index->list[end]) == 0; end++)
                ;
        *ret_n = end - low;
        return index->list ? index->list + low : NULL;
}

const KeystoreEntry *const *keystore_labelled(const Keystore *k, const char *label, size_t *ret_n)
{
        return find_all(&k->by_label, label, compare_label, ret_n);
}

const KeystoreEntry *const *keystore_named(const Keystore *k, const char *subject, size_t *ret_n)
{
        return find_all(&k->by_subject, subject, compare_subject, ret_n);
}
