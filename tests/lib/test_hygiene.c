/* SPDX-License-Identifier: MIT */
#include "judge/hygiene.h"

#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/util.h"
#include "tests/support/suite.h"

enum {
        LEAVES_MAX = 64,
};

/* Leaves by hand: the certificate, its key, number, issuer and queue manager are one letter each. */
typedef struct Shop {
        CertFacts certs[LEAVES_MAX];
        char serials[LEAVES_MAX][2], issuers[LEAVES_MAX][2], qmgrs[LEAVES_MAX][2];
        HygieneLeaf leaves[LEAVES_MAX];
        size_t n;
} Shop;

static void add(Shop *s, size_t owner, const char *letters)
{
        size_t i = s->n++;
        CertFacts *c = &s->certs[i];

        ck_assert_uint_lt(i, LEAVES_MAX);
        *c = (CertFacts){ .issuer_rfc4514 = s->issuers[i], .serial = s->serials[i] };
        memset(c->sha256, letters[0], sizeof(c->sha256));
        memset(c->spki_sha256, letters[1], sizeof(c->spki_sha256));
        s->serials[i][0] = letters[2];
        s->issuers[i][0] = letters[3];
        s->qmgrs[i][0] = letters[4];
        s->serials[i][1] = s->issuers[i][1] = s->qmgrs[i][1] = '\0';
        if (letters[2] == '-')
                c->serial = NULL;
        if (letters[1] == '-')
                c->faults |= CERT_FAULT_KEY;
        if (letters[0] == '-')
                *c = (CertFacts){ .faults = CERT_FAULT_UNPARSABLE };
        s->leaves[i] = (HygieneLeaf){
                .cert = c,
                .qmgr = letters[4] == '-' ? NULL : s->qmgrs[i],
                .owner = owner,
        };
}

/* "CKSIQ" for certificate, key, serial, issuer, queue manager; a digit before it is its owner, else
 * each has one of its own. '-': unreadable, unknown. */
static size_t add_all(Shop *s, const char *text)
{
        size_t n_owners = 0;

        while (*text) {
                size_t owner = isdigit((unsigned char) *text) ? (size_t) (*text++ - '0') : n_owners;

                add(s, owner, text);
                n_owners = MAX_OF(n_owners, owner + 1);
                text += 5;
                text += strspn(text, " ");
        }
        return n_owners;
}

static const struct {
        const char *name;
        const char *leaves;
        const char *serial_twins, *key_twins; /* one character for each owner */
} rows[] = {
        { "nobody has nothing", "", "", "" },
        { "one has no twin", "akSIQ", "-", "-" },
        { "different all through", "akSIQ blTJR", "--", "--" },
        { "the same certificate at two channels", "akSIQ akSIQ", "--", "--" },
        { "two certificates of a number", "akSIQ blSIQ", "10", "--" },
        { "the same number of two issuers", "akSIQ blSJQ", "--", "--" },
        { "three certificates of a number", "akSIQ blSIQ cmSIQ", "100", "---" },
        { "the second certificate of a number, twice", "akSIQ blSIQ blSIQ", "100", "---" },
        { "a key at two queue managers", "akSIQ bkTIR", "--", "10" },
        { "a certificate at two queue managers", "akSIQ akSIR", "--", "10" },
        { "a key at two nodes of a queue manager", "akSIQ bkTIQ", "--", "--" },
        { "a key at two nodes and another queue manager", "akSIQ bkTIQ ckUIR", "---", "220" },
        { "a key at three queue managers", "akSIR akSIQ akSIP", "---", "221" },
        { "a key of nobody known", "akSIQ akSI-", "--", "--" },
        { "both at once", "akSIQ bkSIR", "10", "10" },
        { "renewed without a new number, at two addresses", "0akSIQ 0blSIQ", "0", "-" },
        { "the first of several addresses", "0akSIQ 0blTIQ 1cmTIQ 1dkUIR", "10", "10" },
        { "no readable number", "ak-IQ bl-IQ", "--", "--" },
        { "no readable key", "a-SIQ b-TIR", "--", "--" },
        { "no certificate at all", "-kSIQ -kSIR", "--", "--" },
};

START_TEST(test_twins)
{
        HygieneTwins twins[LEAVES_MAX];
        Buf found[_HYGIENE_RULE_MAX] = { BUF_INIT, BUF_INIT };
        Shop s = {0};
        size_t n = add_all(&s, rows[_i].leaves);

        hygiene_find(s.leaves, s.n, twins, n);
        for (size_t r = 0; r < _HYGIENE_RULE_MAX; r++)
                for (size_t i = 0; i < n; i++)
                        buf_append_char(&found[r], twins[i].by[r] == HYGIENE_NOBODY
                                                           ? '-'
                                                           : (char) ('0' + twins[i].by[r]));
        ck_assert_msg(strcmp(buf_str(&found[HYGIENE_SERIAL]), rows[_i].serial_twins) == 0 &&
                              strcmp(buf_str(&found[HYGIENE_KEY]), rows[_i].key_twins) == 0,
                "%s: %s %s", rows[_i].name, buf_str(&found[HYGIENE_SERIAL]),
                buf_str(&found[HYGIENE_KEY]));
        buf_done(&found[HYGIENE_SERIAL]);
        buf_done(&found[HYGIENE_KEY]);
}
END_TEST

/* Sorting finds exactly those that looking at every pair finds. */
START_TEST(test_sorting_agrees_with_looking_at_every_pair)
{
        uint32_t chance = (uint32_t) _i * 2654435761U + 1;
        HygieneTwins twins[LEAVES_MAX];
        Shop s = {0};
        size_t n_owners = 24;

        while (s.n < 48) {
                char letters[6] = "";

                for (size_t k = 0; k < 5; k++) {
                        chance = chance * 1664525U + 1013904223U;
                        letters[k] = "abcdefgh-"[(chance >> 16) % 9];
                }
                add(&s, (chance >> 8) % n_owners, letters);
        }
        hygiene_find(s.leaves, s.n, twins, n_owners);

        for (size_t r = 0; r < _HYGIENE_RULE_MAX; r++)
                for (size_t owner = 0; owner < n_owners; owner++) {
                        bool clashes = false, with_named = false;

                        for (size_t i = 0; i < s.n; i++)
                                for (size_t k = 0; k < s.n; k++) {
                                        if (s.leaves[i].owner != owner ||
                                                !hygiene_clash((HygieneRule) r, &s.leaves[i],
                                                        &s.leaves[k]))
                                                continue;
                                        clashes = true;
                                        with_named = with_named ||
                                                     s.leaves[k].owner == twins[owner].by[r];
                                }
                        ck_assert_int_eq(clashes, twins[owner].by[r] != HYGIENE_NOBODY);
                        ck_assert_int_eq(clashes, with_named);
                }
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("hygiene");
        TCase *tc = tcase_create("hygiene");

        tcase_add_loop_test(tc, test_twins, 0, ARRAY_LEN(rows));
        tcase_add_loop_test(tc, test_sorting_agrees_with_looking_at_every_pair, 0, 50);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
