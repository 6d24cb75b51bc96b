/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_QMGR_SCRIPT_H
#define MQTLS_TESTS_QMGR_SCRIPT_H

/*
 * What a queue manager to test against is told to be: one line per channel, as an administrator
 * defines it, and switches that make it behave or misbehave. A line is words KEY=VALUE; a value with
 * blanks stands in quotes, single or double; '#' begins a comment.
 *
 *      qmgr=QM1 product=MQMM09040300 order=little
 *      channel APP.SVRCONN sslciph=ANY_TLS12 sslpeer="CN=app,O=Example" sslcauth=REQUIRED
 *      channel PARTNER.IN type=RCVR sslciph=ANY_TLS12_OR_HIGHER
 *      channel OLD.SVRCONN fap=8 answer=counter:heartbeat+mask slice=7
 *
 * Of a channel: type= sslciph= sslpeer= sslcauth= maxinst=
 * Of a channel, or on a line of their own for all channels below (and unknown ones):
 *      answer=accept               after the checks
 *             counter:WHAT+WHAT    first wants other values; WHAT is a row of counter_table[], 0xNN
 *                                  (error flags 1) or mask (takes a capability away)
 *             status:0xNN          refuses, whatever the checks say
 *             positive             a STATUS without a body
 *             silent close garbage alert echo: misbehaves, without any check
 *      counters=N        at least so many counter-proposals (1)
 *      order=little|big  ebcdic=yes|no  fap=N  qmgr=  qmgrid=  product=  sharecnv=N
 *      header=auto|TSH|TSHM|TSHC   of an acceptance
 *      heartbeats=N      before the answer
 *      slice=N           bytes per write; 0: all at once
 *      cut=N             sends only so many bytes of the answer, and closes
 *      checks=type-first|cipherspec-first
 *      end-conv=accept|refuse|ignore
 *
 * A mistake ends the program with its file and line.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mq/channel.h"
#include "mq/cipherspec.h"
#include "mq/mqsegment.h"
#include "mq/sslpeer.h"

typedef enum QmgrAnswer {
        QMGR_ACCEPT,
        QMGR_COUNTER,
        QMGR_STATUS,
        QMGR_POSITIVE,
        QMGR_SILENT,
        QMGR_CLOSE,
        QMGR_GARBAGE,
        QMGR_ALERT,
        QMGR_ECHO,
} QmgrAnswer;

typedef enum QmgrEndConv {
        QMGR_END_CONV_ACCEPT,
        QMGR_END_CONV_REFUSE, /* a STATUS of its own */
        QMGR_END_CONV_IGNORE, /* as if nothing had come */
} QmgrEndConv;

typedef struct QmgrBehaviour {
        QmgrAnswer answer;
        uint32_t status_code;
        uint8_t counter_flags1, counter_flags2;
        bool counter_mask;
        unsigned n_counters;
        bool little_endian, ebcdic;
        uint8_t fap_level;
        char qmgr_name[MQ_QMGR_NAME_MAX + 1], qmgr_id[MQ_QMGR_NAME_MAX + 1], product_id[13];
        unsigned sharecnv;
        bool has_header;
        MqHeaderForm header;
        unsigned n_heartbeats, slice, cut;
        bool cipherspec_first;
        QmgrEndConv end_conv;
} QmgrBehaviour;

typedef struct QmgrChannel {
        char name[MQ_CHANNEL_NAME_MAX + 1];
        ChannelType type;
        bool has_sslciph;
        SslCiph sslciph;
        SslPeer *sslpeer; /* NULL: none */
        bool sslcauth_required;
        unsigned maxinst;
        unsigned n_instances; /* that run now; counted atomically */
        QmgrBehaviour behaviour;
} QmgrChannel;

typedef struct QmgrScript {
        QmgrChannel *channels;
        size_t n_channels;
        QmgrBehaviour others; /* towards a channel that is not defined */
} QmgrScript;

void qmgr_script_load(const char *path, QmgrScript *ret);
void qmgr_script_done(QmgrScript *s);

/* NULL when there is none of that name. */
QmgrChannel *qmgr_script_channel(const QmgrScript *s, const char *name);

#endif
