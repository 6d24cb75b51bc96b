/* SPDX-License-Identifier: MIT */
#include "mq/channel.h"

#include <string.h>

#include "base/util.h"
#include "tests/support/suite.h"

#define TEN "ABCDEFGHIJ"

static const struct {
        const char *name;
        const char *value;
        const char *channel_why; /* NULL: valid */
        const char *qmgr_why;
} names[] = {
        {"a usual name", "APP.SVRCONN", NULL, NULL},
        {"every kind of character", "aZ09./_%", NULL, NULL},
        {"one character", "Q", NULL, NULL},
        {"a hyphen is a channel's only", "QM-1", NULL, "other than"},
        {"20 characters", TEN TEN, NULL, NULL},
        {"21 characters", TEN TEN "K", "20 characters", NULL},
        {"48 characters", TEN TEN TEN TEN "12345678", "20 characters", NULL},
        {"49 characters", TEN TEN TEN TEN "123456789", "20 characters", "48 characters"},
        {"no character", "", "empty", "empty"},
        {"a blank", "QM 1", "other than", "other than"},
        {"a padded name", "QM1 ", "other than", "other than"},
        {"a letter that is not ASCII", "M\xC3\xBCLLER", "other than", "other than"},
        {"a generic name", "APP.*", "other than", "other than"},
};

static void check(bool (*is_valid)(const char *, const char **), const char *value, const char *why)
{
        const char *said = NULL;

        ck_assert(is_valid(value, NULL) == !why);
        ck_assert(is_valid(value, &said) == !why);
        if (!why)
                ck_assert_ptr_null(said);
        else
                ck_assert_msg(said && strstr(said, why), "%s: %s", value, said);
}

START_TEST(a_name_is_valid_or_it_is_said_why_not)
{
        check(channel_name_is_valid, names[_i].value, names[_i].channel_why);
        check(qmgr_name_is_valid, names[_i].value, names[_i].qmgr_why);
}
END_TEST

START_TEST(types_are_spelt_as_chltype_does)
{
        static const struct {
                ChannelType type;
                const char *name;
        } types[] = {{CHANNEL_TYPE_SDR, "SDR"}, {CHANNEL_TYPE_SVR, "SVR"}, {CHANNEL_TYPE_RCVR, "RCVR"},
                {CHANNEL_TYPE_RQSTR, "RQSTR"}, {CHANNEL_TYPE_CLNTCONN, "CLNTCONN"},
                {CHANNEL_TYPE_SVRCONN, "SVRCONN"}, {CHANNEL_TYPE_CLUSRCVR, "CLUSRCVR"},
                {CHANNEL_TYPE_CLUSSDR, "CLUSSDR"}};

        for (size_t i = 0; i < ARRAY_LEN(types); i++) {
                ck_assert_int_eq(channel_type_from_string(types[i].name), types[i].type);
                ck_assert_str_eq(channel_type_to_string(types[i].type), types[i].name);
        }
        ck_assert_int_eq(channel_type_from_string("svrconn"), _CHANNEL_TYPE_INVALID);
        ck_assert_int_eq(channel_type_from_string(""), _CHANNEL_TYPE_INVALID);
        ck_assert_int_eq(channel_type_from_string("AMQP"), _CHANNEL_TYPE_INVALID);
        ck_assert_ptr_null(channel_type_to_string(_CHANNEL_TYPE_INVALID));
        ck_assert_ptr_null(channel_type_to_string((ChannelType) 5));
        ck_assert_ptr_null(channel_type_to_string((ChannelType) 0));
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("channel");
        TCase *tc = tcase_create("channel");

        tcase_add_loop_test(tc, a_name_is_valid_or_it_is_said_why_not, 0, (int) ARRAY_LEN(names));
        tcase_add_test(tc, types_are_spelt_as_chltype_does);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
