/* SPDX-License-Identifier: MIT */

/* What makes the status page lively. Without it everything is there as well. */

"use strict";
