/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_STATUS_JSON_H
#define MQTLS_RENDER_RENDER_STATUS_JSON_H

/*
 * Between the files that make JSON only: jansson with an error that sticks, as in Buf, and the house's
 * ways with instants and with what was not observed. Each function that is given a json_t to put or
 * append takes ownership of it, NULL included.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "model/inventory.h"
#include "render/view.h"

typedef struct Json {
        bool failed;
} Json;

json_t *json_new_object(Json *j);
json_t *json_new_array(Json *j);

void json_put(Json *j, json_t *object, const char *key, json_t *value);
void json_append(Json *j, json_t *array, json_t *value);

/* Text that may be NULL (null), and may be anything: what is no UTF-8 becomes \xNN. */
void json_put_text(Json *j, json_t *object, const char *key, const char *text);
void json_append_text(Json *j, json_t *array, const char *text);

/* Words of a table: "" is null. */
void json_put_words(Json *j, json_t *object, const char *key, const char *text);

void json_put_boolean(Json *j, json_t *object, const char *key, bool value);
void json_put_observed(Json *j, json_t *object, const char *key, Observed value);
void json_put_integer(Json *j, json_t *object, const char *key, int64_t value);
void json_put_real(Json *j, json_t *object, const char *key, double value);

/* null where `has` is false. */
void json_put_maybe_integer(Json *j, json_t *object, const char *key, bool has, int64_t value);
void json_put_maybe_seconds(Json *j, json_t *object, const char *key, bool has, uint64_t usec);

/* Twice: RFC 3339 under `key`, seconds under `key` with _epoch. */
void json_put_instant(Json *j, json_t *object, const char *key, bool has, int64_t at);

/* SHA-256 as hexadecimal digits; `digest` may be NULL where `has` is false. */
void json_put_digest(Json *j, json_t *object, const char *key, bool has, const uint8_t *digest);

/* Appends the value's text, and frees it. */
void json_write(Json *j, json_t *value, Buf *b);

/* Appends a non-empty object's text up to a last member `key` that is a list: its elements follow,
 * written one by one with commas between them, and "]}". Frees the object. */
void json_write_open(Json *j, json_t *object, const char *key, Buf *b);

/* Ends the line. Returns 0, or -ENOMEM for anything that failed since the start. */
int json_finish(Json *j, Buf *b);

/* The key repositories, of one queue manager or (NULL) all; and which of them an endpoint was held
 * against. */
json_t *status_keystores_to_json(Json *j, const Inventory *inventory, const char *qmgr);
json_t *status_matches_to_json(Json *j, const Endpoint *e);

/* What only /api/v1/endpoints/NAME says. `judged` may be NULL. */
void status_put_address_details(
        Json *j, json_t *o, const AddressObservation *a, const AssessedAddress *judged);
void status_put_endpoint_details(Json *j, json_t *o, const Endpoint *e);

/* The beginning of every document. */
void status_put_head(Json *j, json_t *o, int64_t now_at);

/* What changed behind an endpoint: in short, and what only its own document says. */
void status_put_drift(Json *j, json_t *o, const Endpoint *e, bool detailed);
void status_put_drift_details(Json *j, json_t *o, const Inventory *inventory, const Endpoint *e);

#endif
