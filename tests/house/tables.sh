#!/bin/sh
# SPDX-License-Identifier: MIT
# The manual pages and the sample configuration say what the tables hold.
exec "$MQTLSD_SOURCE/tests/house/check-tables" "$MQTLSD_SOURCE" "$MQTLSD_BUILD/mqtlsd"
