/* SPDX-License-Identifier: MIT */
#include "daemon/repository_log.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/transition.h"

/* What was told of one. */
typedef struct Told {
        char *name;
        char *message;
        Severity severity;
        int64_t since_at;
} Told;

struct RepositoryLog {
        Told *told;
        size_t n_told;
};

static void told_done(Told *t)
{
        free(t->name);
        free(t->message);
        *t = (Told){0};
}

int repository_log_new(RepositoryLog **ret)
{
        RepositoryLog *l = calloc(1, sizeof(*l));

        if (!l)
                return -ENOMEM;
        *ret = l;
        return 0;
}

RepositoryLog *repository_log_free(RepositoryLog *l)
{
        if (!l)
                return NULL;

        for (size_t i = 0; i < l->n_told; i++)
                told_done(&l->told[i]);
        free(l->told);
        free(l);
        return NULL;
}

static const Told *find(const RepositoryLog *l, const char *name)
{
        for (size_t i = 0; i < l->n_told; i++)
                if (l->told[i].name && strcmp(l->told[i].name, name) == 0)
                        return &l->told[i];
        return NULL;
}

static void tell(const Repository *r, const Told *now, const Told *before)
{
        const KeystoreConfig *c = r->config;
        const LogField fields[] = {
                {"KEYSTORE", c->name},
                {"KEYSTORE_PATH", r->keystore ? r->keystore->path : c->path},
                {"QMGR", c->qmgr},
                {"SEVERITY", severity_to_string(now->severity)},
        };

        if (before && before->severity == now->severity && before->since_at == now->since_at &&
                strcmp(before->message, now->message) == 0)
                return;

        if (now->severity != SEVERITY_OK)
                log_event(transition_priority(now->severity), LOG_EVENT_KEYSTORE_PROBLEM, fields,
                        ARRAY_LEN(fields), "key repository %s: %s", c->name, now->message);
        else if (!before)
                log_info("key repository %s is read: %s", c->name, now->message);
        else if (before->severity != SEVERITY_OK)
                log_event(LOG_NOTICE, LOG_EVENT_KEYSTORE_WELL, fields, ARRAY_LEN(fields),
                        "key repository %s is well again: %s", c->name, now->message);
        else
                log_event(LOG_NOTICE, LOG_EVENT_KEYSTORE_WELL, fields, ARRAY_LEN(fields),
                        "key repository %s holds something else than before: %s", c->name,
                        now->message);
}

static int make(const Repository *r, Told *ret)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        *ret = (Told){ .name = strdup(r->config->name), .severity = r->severity, .since_at = r->since_at };
        repository_append_message(r, &b);
        return !ret->name || buf_steal(&b, &ret->message) < 0 ? -ENOMEM : 0;
}

void repository_log_tell(RepositoryLog *l, const Inventory *inventory)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(inventory, &n);
        Told *told = calloc(MAX_OF(n, (size_t) 1), sizeof(*told));

        assert(l);

        if (!told)
                return;
        for (size_t i = 0; i < n; i++) {
                if (all[i].read_at == 0)
                        continue;
                if (make(&all[i], &told[i]) < 0)
                        told_done(&told[i]);
                else
                        tell(&all[i], &told[i], find(l, told[i].name));
        }

        for (size_t i = 0; i < l->n_told; i++)
                told_done(&l->told[i]);
        free(l->told);
        l->told = told;
        l->n_told = n;
}
