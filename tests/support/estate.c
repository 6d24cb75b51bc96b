/* SPDX-License-Identifier: MIT */
#include "tests/support/estate.h"

#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "mq/sni.h"

static void *must(void *memory)
{
        if (!memory)
                abort();
        return memory;
}

static void must_succeed(int r)
{
        if (r < 0)
                abort();
}

static char *copy(const char *s)
{
        return s ? must(strdup(s)) : NULL;
}

static void endpoint_make(EndpointConfig *c, const EstateEndpoint *e)
{
        Buf sni = BUF_INIT;
        char *why = NULL;

        *c = (EndpointConfig){
                .name = copy(e->name),
                .qmgr = copy(e->qmgr),
                .channel = copy(e->channel ? e->channel : "APP.SVRCONN"),
                .chltype = e->chltype ? e->chltype : CHANNEL_TYPE_SVRCONN,
                .conname = copy(e->conname ? e->conname : "qm1.example.com(1414)"),
                .identity_name = e->has_identity ? copy("app1") : NULL,
                .trust_path = e->has_trust ? copy("partners-ca.pem") : NULL,
                .sni_mode = SNI_CHANNEL,
                .all_addresses = e->all_addresses,
                .interval_usec = 900 * USEC_PER_SEC,
                .retry_interval_usec = 60 * USEC_PER_SEC,
                .depth = e->depth,
                .mq_interval_usec = 3600 * USEC_PER_SEC,
                .survey_usec = e->survey_usec,
                .timeout_usec = 10 * USEC_PER_SEC,
                .linger_usec = USEC_PER_SEC / 4,
                .contact = copy(e->contact),
                .group = copy(e->group),
                .note = copy(e->note),
                .policy =
                        {
                                .has_trust = e->has_trust,
                                .has_identity = e->has_identity,
                                .all_addresses = e->all_addresses,
                                .depth = e->depth,
                                .chltype = e->chltype ? e->chltype : CHANNEL_TYPE_SVRCONN,
                                .sslcauth = e->sslcauth,
                                .min_rsa_bits = 2048,
                                .min_ec_bits = 256,
                                .unique_key = true,
                                .expiry_warning = {.seconds = 30 * PKI_DAY},
                                .expiry_critical = {.seconds = 7 * PKI_DAY},
                        },
        };
        c->policy.qmgr = c->qmgr;
        if (e->sslpeer)
                must_succeed(sslpeer_parse(e->sslpeer, &why, &c->sslpeer));
        c->policy.sslpeer = c->sslpeer;
        must_succeed(conname_list_parse(c->conname, &c->connames, NULL));
        must_succeed(sslciph_parse(
                e->sslciph ? e->sslciph : "ANY_TLS12_OR_HIGHER", &c->policy.sslciph, NULL));
        sni_from_channel(c->channel, &sni);
        must_succeed(buf_steal(&sni, &c->sni));
}

Inventory *estate_new(const EstateEndpoint *endpoints, size_t n)
{
        Config *config = must(calloc(1, sizeof(*config)));
        Inventory *inventory = NULL;

        config->n_ref = 1;
        config->endpoints = must(calloc(n + 1, sizeof(*config->endpoints)));
        config->n_endpoints = n;
        for (size_t i = 0; i < n; i++)
                endpoint_make(&config->endpoints[i], &endpoints[i]);

        must_succeed(inventory_new(config, &inventory));
        (void) config_unref(config);
        return inventory;
}

Observation *estate_observation(int64_t now_at)
{
        Observation *o = NULL;

        must_succeed(observation_new(&o));
        o->started_at = now_at;
        o->finished_at = now_at;
        o->duration_usec = 12345;
        o->resolve_end = END_COMPLETED;
        return o;
}

AddressObservation *estate_address(Observation *o, const char *conname, const char *ip)
{
        AddressObservation *a = NULL;

        must_succeed(observation_add_address(o, conname, ip, &a));
        a->attempted = true;
        return a;
}

void estate_ended(AddressObservation *a, ProbePhase phase, ProbeEnd end)
{
        a->phase = phase;
        a->end = end;
        for (int i = 0; i <= (int) phase; i++) {
                if (i == PHASE_MQ_INIT && i != (int) phase)
                        continue;
                a->phase_reached[i] = true;
                a->phase_usec[i] = (uint64_t) (i + 1) * 1500;
        }
}

void estate_answered(
        AddressObservation *a, const PkiCert *const *certs, size_t n, bool trusted, int64_t now_at)
{
        HandshakeFacts *f = &a->tls;
        DerCert *sent = must(calloc(n + 1, sizeof(*sent)));

        for (size_t i = 0; i < n; i++)
                sent[i] = (DerCert){certs[i]->der, certs[i]->der_len};
        must_succeed(chain_inspect(sent, n, NULL, now_at, &a->chain));
        free(sent);
        if (trusted) {
                a->chain->judged = true;
                a->chain->verified = a->chain->errors == 0;
                a->chain->has_verified = a->chain->has_presented;
                a->chain->verified_not_after_at = a->chain->presented_not_after_at;
        }

        f->client_hello_sent = f->server_hello_seen = f->certificate_seen = true;
        f->certificate_request_seen = f->finished_sent = f->finished_seen = f->ticket_seen = true;
        f->version = TLS_VERSION_TLS13;
        f->cipher = 0x1302;
        f->cipher_name = copy("TLS_AES_256_GCM_SHA384");
        f->group = copy("X25519");
        f->peer_signature = copy("ECDSA+SHA256");
        f->bytes_in = 2345;
        f->bytes_out = 678;
        estate_ended(a, PHASE_CLOSE, END_COMPLETED);
}

void estate_asked(AddressObservation *a, MqResult result, const MqInitFacts *facts)
{
        a->mq_tried = true;
        a->mq = (MqOutcome){.result = result};
        if (facts)
                a->mq.facts = *facts;
        a->phase_reached[PHASE_MQ_INIT] = true;
        a->phase_usec[PHASE_MQ_INIT] = 2500;
}

MqInitFacts estate_qmgr(const char *name)
{
        MqInitFacts f = {
                .product_id = "MQMM09040300",
                .product = "IBM MQ 9.4.3.0 on Multiplatforms",
                .fap_level = 13,
                .ccsid = 819,
        };

        (void) snprintf(f.qmgr_name, sizeof(f.qmgr_name), "%s", name);
        (void) snprintf(f.qmgr_id, sizeof(f.qmgr_id), "%s_2025-06-01_10.00.00", name);
        return f;
}

MqInitFacts estate_refusal(uint32_t status_code)
{
        return (MqInitFacts){.has_status = true, .status_code = status_code};
}

void estate_survey(
        Inventory *i, const char *name, SurveyAnswer others, const char *accepted, int64_t now_at)
{
        SurveyFacts facts = {.finished_at = now_at}, *survey = NULL;
        size_t n = 0;
        const CipherSpec *specs = cipherspec_table(&n);

        for (size_t k = 0; k < n; k++)
                facts.answers[k] = strcmp(specs[k].name, accepted) == 0 ? SURVEY_ACCEPTED : others;
        must_succeed(survey_facts_copy(&facts, &survey));
        endpoint_set_survey(must(inventory_find(i, name)), survey);
}

void estate_record(Inventory *i, const char *name, Observation *o, int64_t now_at)
{
        Endpoint *e = must(inventory_find(i, name));
        CLEANUP_INVENTORY_DRIFT InventoryDrift drift = {0};

        must_succeed(inventory_record(i, e, o, now_at));
        must_succeed(inventory_note_drift(i, e, now_at, &drift));
}

DaemonFacts estate_daemon(void)
{
        return (DaemonFacts){
                .version = "0.1.0",
                .openssl_version = "3.0.0",
                .microhttpd_version = "0.9.75",
                .systemd_version = "252",
                .libconfig_version = "1.5",
                .started_at = PKI_NOW - 60,
                .ready = true,
                .reload_successful = true,
                .reload_success_at = PKI_NOW - 60,
                .scheduler_lag_seconds = 0.25,
                .has_process = true,
                .cpu_seconds = 1.5,
                .resident_bytes = 12345678,
                .virtual_bytes = 123456789,
                .open_fds = 17,
                .max_fds = 1024,
        };
}

/* ---- hostile certificates ---- */

#define HOSTILE_HTML "</td><script>alert(1)</script>\"'&<img src=x>"
#define HOSTILE_TERMINAL "\033]0;owned\007\033[2J\r\nroot# \302\233 1m \342\200\256 txt"

static const struct {
        const char *name;
        PkiAttribute attribute;
        size_t n_filler_sans;
} hostile[] = {
        {"a quote ends the label", PKI_ATTRIBUTE("CN", 0, "a\"} 1\nmqtls_probe_success 1\n"), 0},
        {"a backslash stands last", PKI_ATTRIBUTE("CN", 0, "back\\"), 0},
        {"a backslash and an n are no newline", PKI_ATTRIBUTE("CN", 0, "a\\nb"), 0},
        {"NUL cuts nothing off", PKI_ATTRIBUTE("CN", 0, "good\0evil"), 0},
        {"bytes are no UTF-8", PKI_ATTRIBUTE("CN", 0, "\xff\xfe\xc3("), 0},
        {"UTF-8 is overlong", PKI_ATTRIBUTE("CN", 0, "\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80"), 0},
        {"a BMPString has a surrogate alone", PKI_ATTRIBUTE("CN", V_ASN1_BMPSTRING, "\0A\xd8\0\0B"),
                0},
        {"a T61String holds high bytes", PKI_ATTRIBUTE("CN", V_ASN1_T61STRING, "M\xfcller"), 0},
        {"HTML is markup", PKI_ATTRIBUTE("CN", 0, HOSTILE_HTML), 0},
        {"a terminal is told to clear", PKI_ATTRIBUTE("CN", 0, HOSTILE_TERMINAL), 0},
        {"names do not end", PKI_ATTRIBUTE("CN", 0, "many"), 10000},
        {"Nagios reads performance data", PKI_ATTRIBUTE("CN", 0, "x | 'y'=1;2;3"), 0},
};

_Static_assert(ARRAY_LEN(hostile) == ESTATE_HOSTILE_MAX, "the header says how many");

size_t estate_hostile_count(void)
{
        return ARRAY_LEN(hostile);
}

const char *estate_hostile_name(size_t i)
{
        return hostile[i].name;
}

PkiCert estate_hostile_cert(size_t i)
{
        const PkiSan sans[] = {
                PKI_SAN(GEN_DNS, "x\"\n\\<b>\033[31m"),
                PKI_SAN(GEN_URI, "http://\xff\xfe/\0/"),
        };

        return pki_issue(&(PkiOptions){
                .attributes = &hostile[i].attribute,
                .n_attributes = 1,
                .sans = sans,
                .n_sans = ARRAY_LEN(sans),
                .n_filler_sans = hostile[i].n_filler_sans,
        });
}

static const char *const hostile_qmgrs[] = {
        "a\"} 1",
        "back\\",
        "a\\nb\\\"",
        "<script>alert(1)</script>&amp;\"'",
        "%s%n%100000d",
        "{}|'x'=1;2;3",
        "\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"<<<<<<<<<<<<<<<<<<<<<<<<",
};

_Static_assert(ARRAY_LEN(hostile_qmgrs) == ESTATE_HOSTILE_QMGR_MAX, "the header says how many");

const char *estate_hostile_qmgr(size_t i)
{
        return hostile_qmgrs[i];
}

static AddressObservation *address_of_qm1(Observation *o)
{
        return estate_address(o, "qm1.example.com(1414)", "192.0.2.1");
}

void estate_answer(Inventory *i, const char *name, const PkiCert *cert)
{
        const PkiCert *chain[] = {cert};
        Observation *o = estate_observation(PKI_NOW);

        estate_answered(address_of_qm1(o), chain, 1, true, PKI_NOW);
        estate_record(i, name, o, PKI_NOW);
}

void estate_refuse(Inventory *i, const char *name)
{
        Observation *o = estate_observation(PKI_NOW);

        estate_ended(address_of_qm1(o), PHASE_CONNECT, END_REFUSED);
        estate_record(i, name, o, PKI_NOW);
}
