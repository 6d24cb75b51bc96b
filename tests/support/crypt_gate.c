/* SPDX-License-Identifier: MIT */
#include "tests/support/crypt_gate.h"

#include <crypt.h>
#include <pthread.h>
#include <stdbool.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t opened = PTHREAD_COND_INITIALIZER;
static bool is_shut;

/* The names that ld(1) gives to what it wraps. */
char *__real_crypt_r(const char *phrase, const char *setting, struct crypt_data *data);
char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *data);

char *__wrap_crypt_r(const char *phrase, const char *setting, struct crypt_data *data)
{
        (void) pthread_mutex_lock(&mutex);
        while (is_shut)
                (void) pthread_cond_wait(&opened, &mutex);
        (void) pthread_mutex_unlock(&mutex);
        return __real_crypt_r(phrase, setting, data);
}

void crypt_gate_shut(void)
{
        (void) pthread_mutex_lock(&mutex);
        is_shut = true;
        (void) pthread_mutex_unlock(&mutex);
}

void crypt_gate_open(void)
{
        (void) pthread_mutex_lock(&mutex);
        is_shut = false;
        (void) pthread_cond_broadcast(&opened);
        (void) pthread_mutex_unlock(&mutex);
}
