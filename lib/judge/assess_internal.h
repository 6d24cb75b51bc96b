/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_JUDGE_ASSESS_INTERNAL_H
#define MQTLS_JUDGE_ASSESS_INTERNAL_H

/* What the files of assess share among themselves. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "judge/assess.h"

/* One judgement under way. Findings of every address are collected, also of those that do not count
 * against the endpoint, because each address has its own verdict. */
typedef struct Judging {
        const Observation *o;
        const Policy *policy;
        const Surroundings *around; /* NULL: nothing is known */
        int64_t now_at;
        Assessment *a;
        int r; /* -ENOMEM sticks */
} Judging;

/* Adds a finding with its table row's severity, or with another one. Takes the text out of `message`
 * and empties it. */
void judging_add(Judging *j, Diagnosis d, int address, int cert_position, Buf *message);
void judging_add_as(
        Judging *j, Diagnosis d, Severity severity, int address, int cert_position, Buf *message);

/* Was a chain seen in this very probe? */
bool assess_has_fresh_chain(const AddressObservation *a);

/* Does what is found at this address count against the endpoint? */
bool assess_counts(const Judging *j, size_t address);

/* Stage verify, stage policy of one address; what concerns all of them together. */
void assess_chain(Judging *j, size_t address);
void assess_policy(Judging *j, size_t address);

/* Stage mq of one address, behind everything that its wire says; and what the answers say of the
 * queue manager's name and of SSLCAUTH. Then SSLCAUTH by the look without the identity. */
void assess_mq(Judging *j, size_t address);
void assess_client_auth(Judging *j);

/* Was there an answer, and is it still one to judge by? A kept one that was good says nothing of an
 * address that TLS does not reach now. */
bool assess_mq_passed(const Judging *j, size_t address, bool *ret_inferred);

bool judging_has(const Judging *j, Diagnosis d, int address);
void assess_consistency(Judging *j);
void assess_keystores(Judging *j);
void assess_hygiene(Judging *j);
void assess_dates(Judging *j);

/* Which certificate of a chain ends first, as far as it matters to a partner: over the verified path
 * where there is one, else over everything sent that is on a path from the leaf. */
typedef struct ChainEnd {
        int64_t at;
        int64_t not_before_at; /* of that certificate; of the leaf, where it was not sent */
        int position;          /* -1: above those sent, in the trust file */
} ChainEnd;
bool assess_chain_end(const ChainFacts *chain, ChainEnd *ret);

/* ---- sentences ---- */

/* Text from outside, harmless to a terminal and cut to a readable length. */
void message_append_foreign(Buf *b, const char *text);

/* The same of text that is harmless already. */
void message_append_cut(Buf *b, const char *printable, size_t max_bytes);

/* "2026-11-18T10:00:00Z (3 days ago)", "… (in 12 days)" */
void message_append_moment(Buf *b, int64_t at, int64_t now_at);

/* "The leaf certificate CN=QM1,O=Example"; position -1: "A certificate above those sent" */
void message_append_cert(Buf *b, const ChainFacts *chain, int position);

/* "ECDHE_RSA_AES_128_GCM_SHA256", or the library's name, or the code. */
void message_append_suite(Buf *b, const HandshakeFacts *tls);

/* The sentence for what diagnosis_of_address() said. */
void message_of_wire(Buf *b, const AddressObservation *a, Diagnosis d, const Policy *policy);

/* ", and none is configured", ", and the configured one was not sent": why we came without. */
void message_append_why_anonymous(Buf *b, const Policy *policy);

/* The sentence for a resolver that failed. */
void message_of_resolve(Buf *b, Diagnosis d, const char *conname, int error);

#endif
