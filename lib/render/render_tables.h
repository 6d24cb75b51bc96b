/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_RENDER_RENDER_TABLES_H
#define MQTLS_RENDER_RENDER_TABLES_H

/* --dump: the tables that the program is made of, as text for people or JSON for programs. */

#include <stdbool.h>

#include "base/buf.h"

int render_settings(bool json, Buf *b);
int render_metric_families(bool json, Buf *b);
int render_diagnoses(bool json, Buf *b);
int render_cipherspecs(bool json, Buf *b);
int render_drift_kinds(bool json, Buf *b);
int render_drift_events(bool json, Buf *b);
int render_alerts(bool json, Buf *b);

#endif
