/* SPDX-License-Identifier: MIT */

/*
 * Fuzz entry: arbitrary bytes as what a listener answers. Byte 0 chooses, byte 1 is the size of the
 * slices they arrive in (0: all at once), the rest is the answer:
 *
 *      bit 0   offer TLS 1.3 (else TLS 1.2)
 *      bit 1   the answer is no stream of records but one handshake message, handed to the reader
 *              of messages; so it gets to see what TLS 1.3 would encrypt
 *      bit 2   tight limits
 *
 * Whatever comes, it must never look like a handshake that is done: nobody guesses a Finished.
 */

#include <stdint.h>
#include <stdlib.h>

#include "tls/handshake_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
        CHOICE_TLS13 = 1 << 0,
        CHOICE_MESSAGE = 1 << 1,
        CHOICE_TIGHT = 1 << 2,
        HEADER_SIZE = 2,
};

static TlsProfile *profile_new(bool is_tls13)
{
        SslCiph sslciph;
        CLEANUP(cipher_offer_done) CipherOffer offer = { 0 };
        HandshakeParams params = { .offer = &offer };
        CLEANUP_FREE char *problem = NULL;
        TlsProfile *profile = NULL;

        if (sslciph_parse(is_tls13 ? "ANY_TLS13" : "ANY_TLS12", &sslciph, NULL) < 0 ||
                sslciph_offer(&sslciph, &offer) < 0 ||
                tls_profile_new(&params, &problem, &profile) < 0)
                abort();
        return profile;
}

/* As a socket would: takes the output, feeds a slice, steps. */
static void talk(Handshake *h, const uint8_t *data, size_t size, size_t slice)
{
        HandshakeState state = handshake_step(h);
        size_t n;

        while (size > 0 && state == HANDSHAKE_WANTS_INPUT) {
                (void) handshake_output(h, &n);
                handshake_output_consumed(h, n);

                n = slice > 0 ? MIN_OF(slice, size) : size;
                if (handshake_feed(h, data, n) < 0)
                        abort();
                data += n;
                size -= n;
                state = handshake_step(h);
        }
        if (state == HANDSHAKE_DONE || handshake_facts(h)->error == HANDSHAKE_ERROR_LOCAL)
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static TlsProfile *profiles[2]; /* made once: it costs more than a handshake */
        const HandshakeLimits tight = {
                .bytes_max = 2048, .bytes_after_finished_max = 16, .cert_list_bytes_max = 1024 };
        CLEANUP(handshake_cleanup) Handshake *h = NULL;
        HandshakeFacts facts;
        unsigned choice;

        if (size < HEADER_SIZE)
                return 0;

        choice = data[0];
        if (!profiles[choice & CHOICE_TLS13])
                profiles[choice & CHOICE_TLS13] = profile_new(choice & CHOICE_TLS13);
        if (handshake_new(profiles[choice & CHOICE_TLS13], "qm1.chl.mq.ibm.com",
                    choice & CHOICE_TIGHT ? &tight : NULL, &h) < 0)
                abort();

        if (choice & CHOICE_MESSAGE) {
                (void) handshake_step(h); /* from here on the version is known */
                handshake_message_seen(0, 0, SSL3_RT_HANDSHAKE, data + HEADER_SIZE,
                        size - HEADER_SIZE, h->ssl, h);
        } else {
                talk(h, data + HEADER_SIZE, size - HEADER_SIZE, data[1]);
        }

        handshake_close(h);
        handshake_steal_facts(h, &facts);
        if (facts.n_certs > facts.n_certs_sent || facts.n_ca_names > facts.n_ca_names_sent ||
                facts.n_certs > HANDSHAKE_CERTS_MAX || facts.n_ca_names > HANDSHAKE_CA_NAMES_MAX)
                abort();
        handshake_facts_done(&facts);
        return 0;
}
