/* SPDX-License-Identifier: MIT */

/*
 * Fuzz entry: arbitrary bytes as what a listener answers to a hand-made ClientHello. Promised is:
 *
 * - every beginning of them is undecided up to one that is decided, and from there on all say the same;
 * - an undecided answer writes nothing, and there is none from HELLO_BYTES_MAX on;
 * - version and cipher stand with an acceptance only, an alert with a refusal only;
 * - of all CipherSpecs only one of that version and code counts as accepted.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mq/cipherspec.h"
#include "tls/hello.h"
#include "tls/survey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        PREFIXES_MAX = 512, /* of a longer answer only the first beginnings, and the whole */
};

static void must(bool ok)
{
        if (!ok)
                abort();
}

static bool is_same(const HelloReply *a, const HelloReply *b)
{
        return a->version == b->version && a->cipher == b->cipher && a->is_retry == b->is_retry &&
                a->alert == b->alert;
}

static void check_reply(HelloAnswer answer, const HelloReply *reply)
{
        size_t n = 0;
        const CipherSpec *table = cipherspec_table(&n);

        must((answer == HELLO_ACCEPTED) == (reply->version != 0));
        must(answer == HELLO_ACCEPTED || (reply->cipher == 0 && !reply->is_retry));
        must((answer == HELLO_REFUSED) == (reply->alert >= 0) && reply->alert <= UINT8_MAX);

        for (size_t i = 0; i < n; i++) {
                bool is_it = answer == HELLO_ACCEPTED && reply->version == table[i].version &&
                        reply->cipher == table[i].code;

                must(is_it == (survey_judge(&table[i], answer, reply) == SURVEY_ACCEPTED));
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const HelloReply untouched = {.version = 0xDEAD, .cipher = 0xBEEF, .alert = -7};
        HelloReply whole = untouched;
        HelloAnswer answer = hello_decode(data, size, &whole);

        if (answer == HELLO_MORE)
                must(is_same(&whole, &untouched) && size < HELLO_BYTES_MAX);
        else
                check_reply(answer, &whole);

        for (size_t n = 0; n < size && n < PREFIXES_MAX; n++) {
                uint8_t *exact = malloc(n + 1); /* ends where they end, and is never NULL */
                HelloReply reply = untouched;
                HelloAnswer early = HELLO_MORE;

                if (!exact)
                        abort();
                memcpy(exact + 1, data, n);
                early = hello_decode(exact + 1, n, &reply);
                free(exact);
                must(early == HELLO_MORE || early == answer);
                must(is_same(&reply, early == HELLO_MORE ? &untouched : &whole));
        }
        return 0;
}
