/* SPDX-License-Identifier: MIT */

/*
 * Any bytes as a key repository, without a passphrase and with one, and the search for the
 * certificate that a queue manager would serve from it.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "tests/fuzz/promise.h"
#include "x509/keystore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        AT = 1767225600, /* 2026-01-01T00:00:00Z */
};

static const char path[] = "/ssl/key.kdb";

/* One line of printable ASCII that says what to do behind a semicolon. */
static void check_sentence(const char *s)
{
        PROMISE(s && *s);
        PROMISE(strchr(s, ';') || strchr(s, '?'));
        for (; *s; s++)
                PROMISE(*s >= ' ' && *s <= '~');
}

/* Well-formed UTF-8, as escape_text() makes it. */
static void check_label(const char *s)
{
        size_t n, len = strlen(s);

        for (size_t i = 0; i < len; i += n) {
                n = escape_utf8_char(s + i, len - i);
                PROMISE(n > 0);
        }
}

static void check_served(const Keystore *k, const char *certlabl)
{
        CLEANUP(keystore_served_done) KeystoreServed s = { 0 };

        PROMISE(keystore_find_served(k, certlabl, "QM1", AT, &s) == 0);
        PROMISE(!s.entry || (s.entry >= k->entries && s.entry < k->entries + k->n_entries));
        PROMISE(s.entry || s.n_findings == 1);
        PROMISE(!s.label || !s.entry || s.entry->chain_position == 0);
        for (size_t i = 0; i < s.n_findings; i++) {
                PROMISE(keystore_finding_to_string(s.findings[i].kind));
                check_sentence(s.findings[i].text);
                PROMISE(i == 0 || s.findings[i - 1].kind <= s.findings[i].kind);
        }
}

static void check_keystore(const Keystore *k)
{
        PROMISE(strcmp(k->path, path) == 0);
        PROMISE((unsigned) k->kind < _KEYSTORE_KIND_MAX);
        PROMISE(k->n_entries <= KEYSTORE_ENTRIES_MAX);
        PROMISE(k->n_warnings <= KEYSTORE_WARNINGS_MAX && k->n_warnings <= k->n_warnings_total);
        PROMISE(!k->is_partial || k->n_warnings > 0);
        PROMISE(k->n_entries > 0 || k->n_warnings_total > 0);
        for (size_t i = 0; i < k->n_warnings; i++)
                check_sentence(k->warnings[i]);
        for (size_t i = 0; i < k->n_entries; i++) {
                const KeystoreEntry *e = &k->entries[i];

                PROMISE(!e->has_private_key || e->chain_position == 0);
                PROMISE(e->is_signer || !e->facts.is_ca);
                if (e->label) {
                        check_label(e->label);
                        check_served(k, e->label);
                }
                if (i > 16)
                        break;
        }
        check_served(k, NULL);
}

static void check(const uint8_t *data, size_t size, const char *passphrase)
{
        CLEANUP_FREE char *problem = NULL;
        CLEANUP(keystore_cleanup) Keystore *k = NULL;
        int r = keystore_parse(path, data, size, passphrase, &problem, &k);

        if (r == 0) {
                PROMISE(k && !problem);
                check_keystore(k);
                return;
        }
        PROMISE(r < 0 && !k);
        PROMISE(problem && strstr(problem, path));
        check_sentence(problem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        /* Without room behind it, so that reading on is seen by the sanitizer. */
        uint8_t *whole = malloc(size > 0 ? size : 1);

        PROMISE(whole);
        if (size > 0)
                memcpy(whole, data, size);
        check(whole, size, NULL);
        check(whole, size, "secret");
        free(whole);
        return 0;
}
