/* SPDX-License-Identifier: MIT */

/*
 * mqinit_dump CHANNEL [RANDOM [ID-TEXT [PRODUCT-ID]]]: the client's half of an initial data exchange
 * as text, for scripts that bring the socket themselves. Prints each flow as "> HEX" and "?" when it
 * wants an answer, which it reads as a line of hexadecimal from the standard input; at a verdict, or
 * when the input ends, prints one line of facts (KEY=VALUE, separated by tabs) and the flow that says
 * goodbye, if there is one.
 */

#include <stdio.h>
#include <string.h>

#include "mq/mqinit.h"
#include "tests/support/hex.h"

enum {
        LINE_MAX_BYTES = 4 * MQINIT_BYTES_MAX,
};

static const char *const states[] = {
        [MQINIT_WANTS_INPUT] = "wants-input",
        [MQINIT_ACCEPTED] = "accepted",
        [MQINIT_REFUSED] = "refused",
        [MQINIT_NOT_MQ] = "not-mq",
        [MQINIT_PROTOCOL_ERROR] = "protocol-error",
        [MQINIT_NOT_AGREED] = "not-agreed",
};

static void print_output(MqInit *m)
{
        CLEANUP_BUF Buf hex = BUF_INIT;
        size_t len;
        const void *data = mqinit_output(m, &len);

        if (len == 0)
                return;
        hex_append(&hex, data, len);
        (void) printf("> %s\n", buf_str(&hex));
        (void) fflush(stdout);
        mqinit_output_consumed(m, len);
}

static void print_facts(const MqInit *m, MqInitState state)
{
        const MqInitFacts *f = mqinit_facts(m);

        (void) printf("state=%s\tqmgr=%s\tqmgr_id=%s\tproduct=%s\tfap=%u\tccsid=%u\tebcdic=%d\t"
                      "heartbeat=%u\tconversations=%u\tcounters=%u\tflags1=0x%02x\tflags2=0x%02x\t"
                      "status=0x%02x\terror=%s\n",
                states[state], f->qmgr_name, f->qmgr_id, f->product_id, f->fap_level, f->ccsid, f->ebcdic,
                f->heartbeat_seconds, f->conversations, f->n_counter_proposals, f->counter_flags1,
                f->counter_flags2, f->status_code, f->error_text);
        (void) fflush(stdout);
}

static MqInitState converse(MqInit *m, char *line)
{
        MqInitState state = MQINIT_WANTS_INPUT;

        while (state == MQINIT_WANTS_INPUT) {
                CLEANUP_BUF Buf answer = BUF_INIT;
                int error;

                print_output(m);
                (void) puts("?");
                (void) fflush(stdout);
                if (!fgets(line, LINE_MAX_BYTES, stdin))
                        return state;
                hex_read_line(&answer, line);
                state = mqinit_feed(m, buf_str(&answer), answer.len, &error);
                if (error < 0)
                        abort();
        }
        print_output(m);
        return state;
}

int main(int argc, char **argv)
{
        CLEANUP(mqinit_cleanup) MqInit *m = NULL;
        CLEANUP_FREE char *line = malloc(LINE_MAX_BYTES);
        CLEANUP_BUF Buf random = BUF_INIT;
        MqInitParams params = {0};
        MqInitState state;

        if (argc < 2 || !line) {
                (void) fprintf(stderr, "Usage: %s CHANNEL [RANDOM [ID-TEXT [PRODUCT-ID]]]\n", argv[0]);
                exit(EXIT_FAILURE);
        }
        params.channel = argv[1];
        hex_read_line(&random, argc > 2 ? argv[2] : "");
        memcpy(params.random, buf_str(&random), MIN_OF(random.len, sizeof(params.random)));
        params.id_text = argc > 3 ? argv[3] : "mqtlsd tests";
        params.product_id = argc > 4 ? argv[4] : NULL;
        if (mqinit_new(&params, &m) < 0)
                return EXIT_FAILURE;

        state = converse(m, line);
        print_facts(m, state);
        mqinit_close(m);
        print_output(m);
        return EXIT_SUCCESS;
}
