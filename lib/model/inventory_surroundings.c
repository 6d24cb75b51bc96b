/* SPDX-License-Identifier: MIT */

/* What an endpoint is judged by beside its own observation: the key repositories of its queue manager,
 * and the other endpoints. */

#include <assert.h>
#include <stdlib.h>

#include "model/inventory_internal.h"

void endpoint_surroundings_done(EndpointSurroundings *s)
{
        free(s->keystores);
        *s = (EndpointSurroundings){0};
}

int endpoint_surroundings_make(const Inventory *i, const Endpoint *e, const Observation *o UNUSED,
        EndpointSurroundings *ret)
{
        assert(i);
        assert(e);
        assert(ret);

        *ret = (EndpointSurroundings){0};
        return 0;
}

int endpoint_assess(const Inventory *i, const Endpoint *e, const Observation *o, int64_t now_at,
        Assessment **ret)
{
        CLEANUP(endpoint_surroundings_done) EndpointSurroundings s = {0};
        int r = endpoint_surroundings_make(i, e, o, &s);

        return r < 0 ? r : assess(o, &e->config->policy, &s.around, now_at, ret);
}
