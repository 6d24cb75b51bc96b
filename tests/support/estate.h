/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_ESTATE_H
#define MQTLS_TESTS_ESTATE_H

/*
 * An inventory made by hand for the tests of the renderers: endpoints without files, observations
 * without sockets. The judging is the real one. "Now" is PKI_NOW of tests/support/pki.h; whatever
 * fails in here ends the program.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/inventory.h"
#include "render/daemon_facts.h"
#include "tests/support/pki.h"

typedef struct EstateEndpoint {
        const char *name;
        const char *qmgr, *channel; /* default: NULL, "APP.SVRCONN" */
        const char *conname;        /* default: "qm1.example.com(1414)" */
        const char *sslciph;        /* default: "ANY_TLS12_OR_HIGHER" */
        const char *contact, *group, *note;
        ChannelType chltype; /* default: SVRCONN */
        ProbeDepth depth;
        const char *sslpeer;
        SslCauth sslcauth;
        uint64_t survey_usec;
        bool all_addresses;
        bool has_trust;
        bool has_identity;
} EstateEndpoint;

/* Thresholds are 30 and 7 days, the interval 15 minutes, RSA keys below 2048 bits are weak. */
Inventory *estate_new(const EstateEndpoint *endpoints, size_t n);

/* A new observation that ends at `now_at`, and an address of it (valid until the next is added). */
Observation *estate_observation(int64_t now_at);
AddressObservation *estate_address(Observation *o, const char *conname, const char *ip);

/* The address answered with TLS 1.3, asked for a certificate, sent these and accepted; or it ended
 * otherwise. `trusted`: the chain is judged, and verified where nothing speaks against it. */
void estate_answered(AddressObservation *a, const PkiCert *const *certs, size_t n, bool trusted,
        int64_t now_at);
void estate_ended(AddressObservation *a, ProbePhase phase, ProbeEnd end);

/* The queue manager was asked at this address, after estate_answered(), and this came of it: these
 * facts, or none. The former are what one of that name tells of itself, and a refusal. */
void estate_asked(AddressObservation *a, MqResult result, const MqInitFacts *facts);
MqInitFacts estate_qmgr(const char *name);
MqInitFacts estate_refusal(uint32_t status_code);

/* A survey that ended at `now_at`: every CipherSpec got this answer but one, which was accepted. */
void estate_survey(Inventory *i, const char *name, SurveyAnswer others, const char *accepted,
        int64_t now_at);

/* Records it, and notes what changed, as the daemon does; takes ownership. */
void estate_record(Inventory *i, const char *name, Observation *o, int64_t now_at);

/* Records a probe at PKI_NOW of qm1.example.com(1414): it served this certificate, which is trusted; or it
 * refused the connection. */
void estate_answer(Inventory *i, const char *name, const PkiCert *cert);
void estate_refuse(Inventory *i, const char *name);

/* A daemon that is well. */
DaemonFacts estate_daemon(void);

/* Certificate subjects and names as a hostile authority would sign them: quotes, line breaks,
 * backslashes, NUL, no UTF-8, escape sequences, HTML, BMPString, many SANs. */
enum {
        ESTATE_HOSTILE_MAX = 12,
};
size_t estate_hostile_count(void);
const char *estate_hostile_name(size_t i); /* a sentence for the row of a test */
PkiCert estate_hostile_cert(size_t i);

/* What queue managers may call themselves: any printable ASCII. */
enum {
        ESTATE_HOSTILE_QMGR_MAX = 7,
};
const char *estate_hostile_qmgr(size_t i);

#endif
