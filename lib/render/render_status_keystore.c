/* SPDX-License-Identifier: MIT */

/* Key repositories in the status document. */

#include "render/render_status_json.h"

#include <string.h>

static json_t *cert_to_json(Json *j, const RepositoryCert *c)
{
        const CertFacts *f = &c->entry->facts;
        json_t *o = json_new_object(j);

        json_put_text(j, o, "label", c->entry->label);
        json_put_text(j, o, "role", repository_role(c->entry));
        json_put_boolean(j, o, "has_private_key", c->entry->has_private_key);
        json_put_boolean(j, o, "served", c->is_held);
        json_put_text(j, o, "state", c->has_state ? expiry_state_to_string(c->state) : NULL);
        json_put_text(j, o, "subject", f->subject_mq);
        json_put_text(j, o, "issuer", f->issuer_mq);
        json_put_text(j, o, "serial", f->serial);
        json_put_instant(j, o, "not_before", f->has_not_before, f->not_before_at);
        json_put_instant(j, o, "not_after", f->has_not_after, f->not_after_at);
        json_put_maybe_integer(j, o, "warning_seconds", c->has_state, c->warning_seconds);
        json_put_maybe_integer(j, o, "critical_seconds", c->has_state, c->critical_seconds);
        json_put_text(j, o, "key_algorithm", f->key_algorithm);
        json_put_maybe_integer(j, o, "key_size", f->key_bits > 0, f->key_bits);
        json_put_digest(j, o, "fingerprint_sha256", true, f->sha256);
        json_put_text(j, o, "fault", f->fault_text);
        return o;
}

static json_t *findings_to_json(Json *j, const KeystoreServed *s)
{
        json_t *list = json_new_array(j);

        for (size_t i = 0; i < s->n_findings; i++) {
                const KeystoreFinding *f = &s->findings[i];
                json_t *o = json_new_object(j);

                json_put_text(j, o, "finding", keystore_finding_to_string(f->kind));
                json_put_text(j, o, "severity",
                        severity_to_string(repository_finding_severity(f->kind)));
                json_put_text(j, o, "message", f->text);
                json_append(j, list, o);
        }
        return list;
}

static json_t *served_to_json(Json *j, const RepositoryServed *s)
{
        const KeystoreEntry *e = s->served.entry;
        json_t *o = json_new_object(j);

        json_put_text(j, o, "certlabl", s->certlabl);
        json_put_text(j, o, "label", s->served.label);
        json_put_digest(j, o, "fingerprint_sha256", e != NULL, e ? e->facts.sha256 : NULL);
        json_put_instant(
                j, o, "not_after", e && e->facts.has_not_after, e ? e->facts.not_after_at : 0);
        json_put(j, o, "findings", findings_to_json(j, &s->served));
        return o;
}

static void put_message(Json *j, json_t *o, const Repository *r)
{
        CLEANUP_BUF Buf b = BUF_INIT;

        repository_append_message(r, &b);
        if (buf_error(&b) < 0)
                j->failed = true;
        json_put_text(j, o, "message", buf_str(&b));
}

static void put_content(Json *j, json_t *o, const Repository *r)
{
        const Keystore *k = r->keystore;
        json_t *served = json_new_array(j), *certs = json_new_array(j), *warnings = json_new_array(j);

        json_put_text(j, o, "kind", k ? keystore_kind_to_string(k->kind) : NULL);
        json_put_maybe_integer(j, o, "version", k && k->version > 0, k ? k->version : 0);
        for (size_t i = 0; k && i < k->n_warnings; i++)
                json_append_text(j, warnings, k->warnings[i]);
        json_put(j, o, "warnings", warnings);
        for (size_t i = 0; i < r->n_served; i++)
                json_append(j, served, served_to_json(j, &r->served[i]));
        json_put(j, o, "served", served);
        for (size_t i = 0; i < r->n_certs; i++)
                json_append(j, certs, cert_to_json(j, &r->certs[i]));
        json_put(j, o, "certificates", certs);
}

static json_t *repository_to_json(Json *j, const Repository *r)
{
        json_t *o = json_new_object(j);

        json_put_text(j, o, "name", r->config->name);
        json_put_text(j, o, "qmgr", r->config->qmgr);
        json_put_text(j, o, "path", r->keystore ? r->keystore->path : r->config->path);
        json_put_text(j, o, "severity", severity_to_string(r->severity));
        put_message(j, o, r);
        json_put_observed(j, o, "readable", observed_if(r->read_at != 0, !r->problem));
        json_put_text(j, o, "problem", r->problem);
        json_put_text(j, o, "stash_problem", r->stash_problem);
        json_put_instant(j, o, "read_at", r->read_at != 0, r->read_at);
        json_put_instant(j, o, "changed_at", r->since_at != 0, r->since_at);
        put_content(j, o, r);
        return o;
}

json_t *status_keystores_to_json(Json *j, const Inventory *inventory, const char *qmgr)
{
        size_t n = 0;
        const Repository *all = inventory_repositories(inventory, &n);
        json_t *list = json_new_array(j);

        for (size_t i = 0; i < n; i++)
                if (!qmgr || strcmp(all[i].config->qmgr ? all[i].config->qmgr : "", qmgr) == 0)
                        json_append(j, list, repository_to_json(j, &all[i]));
        return list;
}

json_t *status_matches_to_json(Json *j, const Endpoint *e)
{
        const Assessment *a = e->assessment;
        json_t *list = json_new_array(j);

        for (size_t i = 0; a && i < a->n_keystores; i++) {
                const AssessedKeystore *k = &a->keystores[i];
                json_t *o = json_new_object(j);

                json_put_text(j, o, "name", k->name);
                json_put_text(j, o, "label", k->label);
                json_put_observed(j, o, "matches",
                        observed_if(k->match != KEYSTORE_MATCH_UNKNOWN,
                                k->match == KEYSTORE_MATCH_YES));
                json_append(j, list, o);
        }
        return list;
}
