/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_MARKUP_H
#define MQTLS_TESTS_MARKUP_H

/*
 * A reader of the pages' HTML, as strict as XML would be: every tag is one of a plain page, closed in
 * order, with quoted attributes; every '&' begins an entity; no control characters, nothing but UTF-8.
 * The only script is ours, in the head and empty; no attribute holds a style or a script. Names from
 * outside never add a tag. What is otherwise fails the test.
 */

#include "base/buf.h"

void markup_check(const Buf *b);

#endif
