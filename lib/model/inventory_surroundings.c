/* SPDX-License-Identifier: MIT */

/* What an endpoint is judged by beside its own observation: the key repositories of its queue manager,
 * and the other endpoints. */

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "model/inventory_internal.h"

void endpoint_surroundings_done(EndpointSurroundings *s)
{
        free(s->keystores);
        *s = (EndpointSurroundings){0};
}

/* Findings after which nobody can say what is served from the file, or nobody should be sent to serve
 * it: a REFRESH SECURITY would take the channels down. */
static bool is_uncertain(const KeystoreServed *served)
{
        static const KeystoreFindingKind kinds[] = {
                KEYSTORE_FINDING_PRIVATE_KEY_MISSING,
                KEYSTORE_FINDING_CERT_UNREADABLE,
                KEYSTORE_FINDING_CERT_NOT_YET_VALID,
                KEYSTORE_FINDING_LABEL_TWICE,
        };

        for (size_t i = 0; i < served->n_findings; i++)
                for (size_t k = 0; k < ARRAY_LEN(kinds); k++)
                        if (served->findings[i].kind == kinds[k])
                                return true;
        return false;
}

static SurroundingKeystore surrounding_of(const Repository *r, const EndpointConfig *c)
{
        const KeystoreServed *served = repository_served(r, c->certlabl);

        return (SurroundingKeystore){
                .name = r->config->name,
                .label = served ? served->label : NULL,
                .keystore = r->keystore,
                .entry = served && !is_uncertain(served) ? served->entry : NULL,
                .since_at = r->since_at,
        };
}

static int surround_with_keystores(const Inventory *i, const Endpoint *e, EndpointSurroundings *s)
{
        for (size_t k = 0; k < i->n_repositories; k++) {
                const Repository *r = &i->repositories[k];

                if (!repository_is_of(r, e->config->qmgr))
                        continue;
                if (util_grow(&s->keystores, s->around.n_keystores, sizeof(*s->keystores)) < 0)
                        return -ENOMEM;
                s->keystores[s->around.n_keystores++] = surrounding_of(r, e->config);
        }
        s->around.keystores = s->keystores;
        return 0;
}

int endpoint_surroundings_make(const Inventory *i, const Endpoint *e, const Observation *o,
        EndpointSurroundings *ret)
{
        CLEANUP(endpoint_surroundings_done) EndpointSurroundings s = {0};
        int r;

        assert(i);
        assert(e);
        assert(ret);

        r = surround_with_keystores(i, e, &s);
        if (r < 0)
                return r;
        endpoint_surround_with_twins(e, o, &s.around);

        *ret = s;
        s = (EndpointSurroundings){0};
        return 0;
}

int endpoint_assess(const Inventory *i, const Endpoint *e, const Observation *o, int64_t now_at,
        Assessment **ret)
{
        CLEANUP(endpoint_surroundings_done) EndpointSurroundings s = {0};
        int r = endpoint_surroundings_make(i, e, o, &s);

        return r < 0 ? r : assess(o, &e->config->policy, &s.around, now_at, ret);
}
