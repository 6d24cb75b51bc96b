/* SPDX-License-Identifier: MIT */
#ifndef MQTLS_TESTS_CRYPT_GATE_H
#define MQTLS_TESTS_CRYPT_GATE_H

/*
 * A gate before crypt_r(3): while it is shut, no password is looked at to its end. So a test can say what
 * happens meanwhile, however long that takes on whatever machine. Only programs that are linked with
 * -Wl,--wrap=crypt_r have it; one for the whole process, open at first.
 */

void crypt_gate_shut(void);
void crypt_gate_open(void);

#endif
