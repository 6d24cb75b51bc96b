/* SPDX-License-Identifier: MIT */

/* What the endpoint has in common with others, and must not. It is told of the endpoint as a whole: the
 * other one is no matter of this address or that. */

#include "judge/assess_internal.h"

static const ChainFacts *chain_at(const Judging *j, size_t address)
{
        return j->o->addresses[address].chain;
}

static void judge_serial(Judging *j)
{
        const ChainFacts *chain = chain_at(j, j->around->serial_address);
        CLEANUP_BUF Buf message = BUF_INIT;

        message_append_cert(&message, chain, 0);
        buf_append_str(&message, " has the serial number ");
        message_append_foreign(&message, chain->certs[0].facts.serial);
        buf_append_str(&message, " of the issuer ");
        message_append_foreign(&message, chain->certs[0].facts.issuer_mq);
        buf_append_str(&message, ", and so has another certificate, which is served at ");
        message_append_foreign(&message, j->around->serial_twin);
        buf_append_char(&message, '.');
        judging_add(j, DIAGNOSIS_POLICY_DUPLICATE_SERIAL, -1, -1, &message);
}

static void judge_key(Judging *j)
{
        CLEANUP_BUF Buf message = BUF_INIT;

        message_append_cert(&message, chain_at(j, j->around->key_address), 0);
        buf_append_str(&message, " holds the public key that the queue manager ");
        message_append_foreign(&message, j->around->key_twin_qmgr);
        buf_append_str(&message, " serves as well, at ");
        message_append_foreign(&message, j->around->key_twin);
        buf_append_str(&message, ": whoever has the private key of one can pose as both.");
        judging_add(j, DIAGNOSIS_POLICY_SHARED_KEY, -1, -1, &message);
}

void assess_hygiene(Judging *j)
{
        if (!j->around)
                return;

        if (j->around->serial_twin)
                judge_serial(j);
        if (j->around->key_twin && assess_rule_in_force(DIAGNOSIS_POLICY_SHARED_KEY, j->policy))
                judge_key(j);
}
