/* SPDX-License-Identifier: MIT */

/* How an endpoint is looked at beyond TLS, and what only such looks, or the partner's own
 * definition, can tell: depth, mq_interval, sslpeer, sslcauth. */

#include "model/config_build.h"

#include <errno.h>
#include <string.h>

#include "model/config_shared.h"

/* Who may be asked as a client asks: a client's own channel, and those receiving ends that refuse a
 * client for its type. The others dial, and nobody listens for them. */
bool config_type_can_be_asked(ChannelType t)
{
        return t == CHANNEL_TYPE_SVRCONN || t == CHANNEL_TYPE_RCVR || t == CHANNEL_TYPE_CLUSRCVR ||
               t == CHANNEL_TYPE_RQSTR;
}

static ProbeDepth depth_of(ConfigBuilder *b, ConfigGroup *g)
{
        const ConfigValue *v = config_builder_right_value(b, g, SETTING_DEPTH);

        return v && strcmp(v->text, probe_depth_to_string(PROBE_DEPTH_MQ)) == 0 ? PROBE_DEPTH_MQ
                                                                                : PROBE_DEPTH_TLS;
}

static void check_type(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *depth = config_builder_right_value(b, g, SETTING_DEPTH);
        ConfigValue *chltype = config_builder_right_value(b, g, SETTING_CHLTYPE);

        if (!chltype || config_type_can_be_asked(channel_type_from_string(chltype->text)))
                return;

        config_value_complain(config_builder_blame(g, SETTING_DEPTH, depth, chltype), b->issues,
                "depth = \"mq\" does not go with chltype = \"%s\", which nobody can be asked for; "
                "write depth = \"tls\", or the listening end's type: SVRCONN, RCVR, CLUSRCVR or RQSTR",
                chltype->text);
}

static void check_interval(ConfigBuilder *b, ConfigGroup *g)
{
        ConfigValue *mq_interval = config_builder_right_value(b, g, SETTING_MQ_INTERVAL);
        ConfigValue *interval = config_builder_right_value(b, g, SETTING_INTERVAL);

        /* Nobody said the table's mq_interval: where it is too short it stretches. */
        if (!mq_interval || !interval || mq_interval->usec >= interval->usec || !mq_interval->file[0])
                return;

        config_value_complain(
                config_builder_blame(g, SETTING_MQ_INTERVAL, mq_interval, interval), b->issues,
                "mq_interval = \"%s\" is shorter than interval = \"%s\", and only a probe can go "
                "so far; write a longer mq_interval =, or a shorter interval =",
                mq_interval->text, interval->text);
}

void config_check_mq(ConfigBuilder *b, ConfigGroup *g)
{
        if (depth_of(b, g) != PROBE_DEPTH_MQ)
                return;

        check_type(b, g);
        check_interval(b, g);
}

static SslCauth sslcauth_of(ConfigBuilder *b, ConfigGroup *g)
{
        const ConfigValue *v = config_builder_right_value(b, g, SETTING_SSLCAUTH);

        for (unsigned s = SSLCAUTH_REQUIRED; v && s < _SSLCAUTH_MAX; s++)
                if (strcmp(v->text, sslcauth_to_string((SslCauth) s)) == 0)
                        return (SslCauth) s;
        return SSLCAUTH_UNSET;
}

/* The look without the identity belongs to a policy: is who shows no certificate really refused? */
static int build_anonymous_profile(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        ConfigValue *sslciph = config_builder_right_value(b, g, SETTING_SSLCIPH);

        if (e->depth != PROBE_DEPTH_MQ || e->policy.sslcauth != SSLCAUTH_REQUIRED || !e->identity ||
                !e->profile || !sslciph)
                return 0;

        return config_shared_profile(b->config->shared, sslciph, &e->policy.sslciph, NULL, b->issues,
                &e->anonymous_profile);
}

int config_build_mq(ConfigBuilder *b, ConfigGroup *g, EndpointConfig *e)
{
        const ConfigValue *sslpeer = config_builder_right_value(b, g, SETTING_SSLPEER);
        const ConfigValue *mq_interval = config_builder_right_value(b, g, SETTING_MQ_INTERVAL);
        CLEANUP_FREE char *why = NULL;

        e->depth = depth_of(b, g);
        e->mq_interval_usec = MAX_OF(mq_interval ? mq_interval->usec : 0, e->interval_usec);
        e->policy.depth = e->depth;
        e->policy.sslcauth = sslcauth_of(b, g);

        /* It was parsed once when it was checked; that it is wrong was said then. */
        if (sslpeer && sslpeer_parse(sslpeer->text, &why, &e->sslpeer) == -ENOMEM)
                return -ENOMEM;
        e->policy.sslpeer = e->sslpeer;
        return build_anonymous_profile(b, g, e);
}
