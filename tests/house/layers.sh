#!/bin/sh
# SPDX-License-Identifier: MIT
# Includes point downward, and foreign libraries stop at their doors.
exec "$MQTLSD_SOURCE/tests/house/check-layers" "$MQTLSD_SOURCE"
