#!/bin/sh
# SPDX-License-Identifier: MIT
# Alert rules, routes and dashboard say what the tables hold, and their own tools take them.
exec python3 -B "$MQTLSD_SOURCE/tests/house/check-alerts" "$MQTLSD_SOURCE" "$MQTLSD_BUILD/mqtlsd"
