/* SPDX-License-Identifier: MIT */
#include "render/alert.h"

#include <assert.h>
#include <string.h>

#include "base/util.h"

#define ALERT_ROW(id, name_, severity_, meaning_, impact_, diagnosis_, mitigation_)                \
        {                                                                                          \
                .name = (name_),                                                                   \
                .severity = (severity_),                                                           \
                .meaning = (meaning_),                                                             \
                .impact = (impact_),                                                               \
                .diagnosis = (diagnosis_),                                                         \
                .mitigation = (mitigation_),                                                       \
        },
static const AlertInfo alerts[] = {ALERT_TABLE(ALERT_ROW)};
#undef ALERT_ROW

size_t alert_count(void)
{
        return ARRAY_LEN(alerts);
}

const AlertInfo *alert_info(size_t i)
{
        return i < ARRAY_LEN(alerts) ? &alerts[i] : NULL;
}

const AlertInfo *alert_by_name(const char *name)
{
        assert(name);

        for (size_t i = 0; i < ARRAY_LEN(alerts); i++)
                if (strcmp(alerts[i].name, name) == 0)
                        return &alerts[i];
        return NULL;
}
