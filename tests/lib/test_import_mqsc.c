/* SPDX-License-Identifier: MIT */
#include "model/import_mqsc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/imported.h"
#include "tests/support/suite.h"

static const ImportOptions with_host = { .host = "h" };

static void run(const ImportedRow *row, const ImportOptions *fallback)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        /* Without room behind it, so that reading on is seen by the sanitizer. */
        size_t len = strlen(row->text);
        CLEANUP_FREE char *text = malloc(len ? len : 1);
        int r;

        ck_assert_ptr_nonnull(text);
        memcpy(text, row->text, len);
        r = import_mqsc_text("f", text, len, row->options ? row->options : fallback, &issues, &result);
        imported_check(row, r, &result, &issues);
}

/* ---- quotes, continuation, separators ---- */

#define A "CHANNEL(A) CHLTYPE(SVRCONN) SSLCIPH(ANY)"
#define A_LISTENS "1: A SVRCONN listens h(1414) ANY"

static const ImportedRow rules[] = {
        {"a command on one line", "DEFINE " A "\n", A_LISTENS, NULL, NULL, NULL},
        {"the last line needs no line end", "DEFINE " A, A_LISTENS, NULL, NULL, NULL},
        {"lines may end in carriage return and line feed", "DEFINE CHANNEL(A) +\r\n CHLTYPE(SVRCONN) +\r\n"
                "SSLCIPH(ANY)\r\n", A_LISTENS, NULL, NULL, NULL},
        {"a line end ends a command", "DEFINE " A "\nDEFINE CHL(B) CHLTYPE(SVRCONN) SSLCIPH(ANY)\n",
                A_LISTENS "\n2: B SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"a plus sign goes on at the first non-blank", "DEFINE CHAN+\n   NEL(A) CHLTYPE(SVRC+\n\t ONN) "
                "SSLCIPH(ANY)\n", A_LISTENS, NULL, NULL, NULL},
        {"a minus sign goes on in column 1", "DEFINE CHAN-\nNEL(A) CHLTYPE(SVRC-\nONN) SSLCIPH(ANY)\n",
                A_LISTENS, NULL, NULL, NULL},
        {"a minus sign keeps the blanks of the next line", "DEFINE " A " DESCR('one-\n  two')\n",
                A_LISTENS " descr=one  two", NULL, NULL, NULL},
        {"a plus sign inside quotes drops the blanks of the next line", "DEFINE " A " DESCR('Fr+\n   ed')\n",
                A_LISTENS " descr=Fred", NULL, NULL, NULL},
        {"a minus sign inside quotes goes on in column 1", "DEFINE " A " DESCR('Fr-\ned')\n",
                A_LISTENS " descr=Fred", NULL, NULL, NULL},
        {"blanks before the sign stay", "DEFINE " A " DESCR('Fr +\n   ed')\n", A_LISTENS " descr=Fr ed",
                NULL, NULL, NULL},
        {"blanks behind the sign do not count", "DEFINE CHANNEL(A) + \t\nCHLTYPE(SVRCONN) SSLCIPH(ANY)\n",
                A_LISTENS, NULL, NULL, NULL},
        {"a sign before the end of the line is text", "DEFINE " A " DESCR('a+b-c')\n",
                A_LISTENS " descr=a+b-c", NULL, NULL, NULL},
        {"a comment between commands", "* DEFINE CHANNEL(X) CHLTYPE(SVRCONN)\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"a comment inside a command", "DEFINE CHANNEL(A) +\n*  SSLCIPH(NONE) +\n  CHLTYPE(SVRCONN) +\n"
                "* more\n SSLCIPH(ANY)\n", A_LISTENS, NULL, NULL, NULL},
        {"a comment inside a quoted text", "DEFINE " A " DESCR('Fr+\n* no\n ed')\n", A_LISTENS " descr=Fred",
                NULL, NULL, NULL},
        {"a star in column 2 is no comment", "DEFINE " A " DESCR('Fr+\n * ed')\n", A_LISTENS " descr=Fr* ed",
                NULL, NULL, NULL},
        {"blank lines between commands", "\n  \nDEFINE " A "\n\n", "3: A SVRCONN listens h(1414) ANY", NULL,
                NULL, NULL},
        {"a blank line inside a command", "DEFINE CHANNEL(A) +\n\n   \n CHLTYPE(SVRCONN) SSLCIPH(ANY)\n",
                A_LISTENS, NULL, NULL, NULL},
        {"a semicolon ends a command", "DEFINE " A ";\n", A_LISTENS, NULL, NULL, NULL},
        {"a semicolon ends a command before a plus sign", "DEFINE " A " ; +\nDEFINE CHL(B) CHLTYPE(RCVR) "
                "SSLCIPH(ANY)\n", A_LISTENS "\n2: B RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"a semicolon on a line of its own ends a continued command", "DEFINE " A " +\n;\nDEFINE CHL(B) "
                "CHLTYPE(RCVR) SSLCIPH(ANY)\n", A_LISTENS "\n3: B RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"a command behind a semicolon", "DEFINE " A "; DEFINE CHL(B) CHLTYPE(RCVR) SSLCIPH(ANY)\n",
                A_LISTENS "\n1: B RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"a semicolon inside quotes is text", "DEFINE " A " DESCR('a;b')\n", A_LISTENS " descr=a;b", NULL, NULL,
                NULL},
        {"semicolons alone are nothing", ";;\n;\nDEFINE " A ";;\n", "3: A SVRCONN listens h(1414) ANY", NULL,
                NULL, NULL},
        {"keywords in any case", "define channel(a) ChlType(svrconn) sslciph(any)\n", A_LISTENS, NULL, NULL,
                NULL},
        {"what has no quotes is folded to upper case", "DEFINE CHANNEL(app.a) CHLTYPE(SVRCONN) SSLCIPH(ecdhe)\n",
                "1: APP.A SVRCONN listens h(1414) ECDHE", NULL, NULL, NULL},
        {"quotes keep the case", "DEFINE CHANNEL('app.a') CHLTYPE(SVRCONN) SSLCIPH('TLS_x')\n",
                "1: app.a SVRCONN listens h(1414) TLS_x", NULL, NULL, NULL},
        {"quotes keep blanks within", "DEFINE " A " DESCR(' a   b ')\n", A_LISTENS " descr=a   b", NULL, NULL,
                NULL},
        {"quotes keep parentheses and commas", "DEFINE " A " DESCR('a) (b, c')\n", A_LISTENS " descr=a) (b, c",
                NULL, NULL, NULL},
        {"two quotes inside quotes are one", "DEFINE " A " DESCR('it''s ''so''')\n",
                A_LISTENS " descr=it's 'so'", NULL, NULL, NULL},
        {"two quotes over a continuation are one", "DEFINE " A " DESCR('it'-\n's')\n", A_LISTENS " descr=it's",
                NULL, NULL, NULL},
        {"quotes around nothing are a blank", "DEFINE " A " DESCR('') SSLPEER(' ')\n", A_LISTENS, NULL, NULL,
                NULL},
        {"blanks between keyword and parenthesis and within", "ALTER QLOCAL ('Account' )      TRIGDPTH ( 1)\n"
                "DEFINE  CHANNEL  ( 'A' )   CHLTYPE (SVRCONN )  SSLCIPH(\tANY\t)\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"commas separate as blanks do", "DEFINE,CHANNEL(A),,CHLTYPE(SVRCONN) , SSLCIPH(,ANY,)\n", A_LISTENS,
                NULL, NULL, NULL},
        {"nothing at all separates", "DEFINE CHANNEL(A)CHLTYPE(SVRCONN)SSLCIPH(ANY)REPLACE\n", A_LISTENS, NULL,
                NULL, NULL},
        {"leading blanks before a command", "    DEFINE " A "\n", A_LISTENS, NULL, NULL, NULL},
        {"parentheses within a value without quotes", "DEF CHL(A) CHLTYPE(SDR) CONNAME(host.x(1415)) "
                "SSLCIPH(ANY)\n", "1: A SDR dials HOST.X(1415) ANY", NULL, NULL, NULL},
        {"the synonyms DEF, CHL, ALT and DIS", "DEF CHL(A) CHLTYPE(SVRCONN)\nALT CHL(A) CHLTYPE(SVRCONN) "
                "SSLCIPH(ANY)\nDIS CHL(A) ALL\n", A_LISTENS, NULL, NULL, NULL},
        {"REPLACE before the object, as MAKEDEF writes it", "DEFINE NOREPLACE CHANNEL('A') QSGDISP(QMGR) "
                "CHLTYPE(SVRCONN) SSLCIPH(ANY)\n", A_LISTENS, NULL, NULL, NULL},
        {"a list of another attribute is no matter", "DEFINE " A " COMPHDR(NONE,SYSTEM) SENDEXIT('a','b')\n",
                A_LISTENS, NULL, NULL, NULL},
        {"a line longer than runmqsc reads", "DEFINE " A " DESCR('"
                "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')"
                "                                                                        "
                "                                                                        "
                "REPLACE\n",
                A_LISTENS " descr=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL,
                NULL, NULL},
        {"a byte order mark is forgiven", "\xef\xbb\xbf" "DEFINE " A "\n", A_LISTENS, NULL,
                "f:1: warning: the file begins with a byte order mark", NULL},
        {"text in ISO 8859-1 becomes UTF-8", "DEFINE " A " DESCR('M\xfcller')\n",
                A_LISTENS " descr=M\xc3\xbcller", NULL, NULL, NULL},
        {"text in UTF-8 stays", "DEFINE " A " DESCR('M\xc3\xbcller')\n", A_LISTENS " descr=M\xc3\xbcller", NULL,
                NULL, NULL},
        {"END ends the script", "DEFINE " A "\nEND\n\n* done\n", A_LISTENS, NULL, NULL, NULL},
};

START_TEST(a_rule_of_mqsc_is_kept)
{
        run(&rules[_i], &with_host);
}
END_TEST

/* ---- mistakes ---- */

/* 80 columns: 17 of text, 55 blanks, 8 digits. */
#define NUMBERED(text, digit)                                                                      \
        text "                                                       " "0000000" digit

static const ImportedRow mistakes[] = {
        {"a repeated parameter", "DEFINE " A " +\n DESCR('a') +\n DESCR('b')\n", "", NULL,
                "f:3: A: DESCR stands twice; remove one of them", NULL},
        {"a repeated parameter that is not read", "DEFINE " A " HBINT(1) HBINT(2)\n", "", NULL,
                "f:1: A: HBINT stands twice", NULL},
        {"a continuation into the next command", "DEFINE CHL(B) CHLTYPE(RCVR) +\n\nDEF CHL(C) CHLTYPE(RCVR)\n"
                "DEFINE " A "\n", "4: A SVRCONN listens h(1414) ANY", NULL,
                "f:3: B: the command before goes on into this DEF; remove the +", NULL},
        {"a continuation into a comment and the next command",
                "DEFINE CHL(B) CHLTYPE(RCVR) -\n* REPLACE\nALTER CHL(C) CHLTYPE(RCVR)\n", "", NULL,
                "f:3: B: the command before goes on into this ALTER", NULL},
        {"a quote that is not closed", "DEFINE CHL(B) +\nCHLTYPE(RCVR) DESCR('it)\nDEFINE " A "\n",
                "3: A SVRCONN listens h(1414) ANY", NULL, "f:2: the quote is not closed", NULL},
        {"a quote alone within a text", "DEFINE CHL(B) DESCR('it's')\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, "f:1: the quote is not closed", NULL},
        {"a quote before nothing but the file's end", "DEFINE CHL(B) DESCR('", "", NULL,
                "f:1: the quote is not closed", NULL},
        {"a parenthesis that is not closed", "DEFINE CHL(B) CHLTYPE(RCVR\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, "f:1: the parenthesis is not closed", NULL},
        {"a parenthesis too many", "DEFINE CHL(B)) CHLTYPE(RCVR)\n", "", NULL,
                "f:1: a parenthesis is closed that was not opened", NULL},
        {"a value without a keyword", "DEFINE CHL(B) (RCVR)\n", "", NULL,
                "f:1: there is no keyword before the (", NULL},
        {"a quote where a keyword should stand", "DEFINE CHL(B) 'RCVR'\n", "", NULL,
                "f:1: there is a quote where a keyword should stand", NULL},
        {"a CONNAME list without quotes", "DEF CHL(A) CHLTYPE(SDR) CONNAME(a(1),b(2)) SSLCIPH(X)\n", "",
                NULL, "f:1: A: CONNAME takes one value and has 2; put what belongs together into quotes", NULL},
        {"an attribute without a value", "DEFINE " A " SSLPEER\n", "", NULL,
                "f:1: A: SSLPEER has no value; write SSLPEER(", NULL},
        {"a channel without a name", "DEFINE CHANNEL CHLTYPE(SVRCONN)\n", "", NULL,
                "f:1: CHANNEL takes one name", NULL},
        {"a channel with a blank name", "DEFINE CHANNEL(' ') CHLTYPE(SVRCONN)\n", "", NULL,
                "f:1: CHANNEL(): the name is empty", NULL},
        {"a name that is too long", "DEFINE CHANNEL(A23456789.123456789.1) CHLTYPE(SVRCONN)\n", "", NULL,
                "the name is longer than 20 characters; correct it", NULL},
        {"a name with a foreign character", "DEFINE CHANNEL('A B') CHLTYPE(SVRCONN)\n", "", NULL,
                "the name holds a character other than", NULL},
        {"a definition without a type", "DEFINE CHANNEL(A) SSLCIPH(ANY)\n", "", NULL,
                "f:1: A: CHLTYPE is missing", NULL},
        {"a type that MQ does not have", "DEFINE CHANNEL(A) CHLTYPE(SENDER) SSLCIPH(ANY)\n", "", NULL,
                "f:1: A: CHLTYPE(SENDER) is no type of channel", NULL},
        {"an SSLCIPH longer than MQ's", "DEFINE CHL(A) CHLTYPE(RCVR) SSLCIPH(A23456789012345678901234567890123)\n",
                "", NULL, "f:1: A: SSLCIPH is longer than 32 bytes", NULL},
        {"the file ends within a command", "DEFINE CHL(B) +\n", "", NULL,
                "f:1: the file ends within the command that begins here", NULL},
        {"a listener whose port is none", "DEFINE LISTENER(L) TRPTYPE(TCP) PORT(70000)\n", "", NULL,
                "f:1: LISTENER(L): the port is not a number", NULL},
        {"a word that is no command", "EOF\nDEFINE " A "\n", "2: A SVRCONN listens h(1414) ANY", NULL,
                "f:1: warning: EOF is no MQSC command and is ignored", NULL},
        {"a definition twice without REPLACE keeps the first", "DEFINE " A "\nDEFINE CHL(A) CHLTYPE(SVRCONN) "
                "SSLCIPH(OTHER)\n", A_LISTENS, NULL, "f:2: warning: A: it is defined already at line 1", NULL},
        {"LIKE of an unknown channel", "DEFINE " A " LIKE(NOBODY)\n", A_LISTENS, NULL,
                "f:1: warning: A: LIKE(NOBODY) is of a channel that the file does not define before", NULL},
        {"LIKE of another type", "DEFINE " A "\nDEF CHL(B) CHLTYPE(RCVR) LIKE(A)\n", A_LISTENS, NULL,
                "f:2: B: LIKE(A) is of CHLTYPE(SVRCONN), not CHLTYPE(RCVR)", NULL},
        {"ALTER of the type", "DEFINE " A "\nALTER CHL(A) CHLTYPE(RCVR)\n", A_LISTENS, NULL,
                "f:2: A: the type is SVRCONN and cannot be altered to RCVR", NULL},
        {"what stands behind END", "DEFINE " A "\nEND\nDEFINE CHL(B) CHLTYPE(RCVR)\n", A_LISTENS, NULL,
                "f:3: warning: what stands behind END is not read", NULL},
        {"a reply of z/OS",
                "CSQN205I   COUNT=       3, RETURN=00000000, REASON=00000000\n"
                "CSQM415I +CSQ1 CHANNEL(A) CHLTYPE(SVRCONN)\n QSGDISP(QMGR) SSLCIPH(ANY)\n"
                "CSQ9022I +CSQ1 CSQMDRTS ' DISPLAY CHANNEL' NORMAL COMPLETION\n",
                "", NULL, "f:1: this is a reply of a queue manager on z/OS", NULL},
        {"a printed report of z/OS, with the commands in it",
                "1 \n\n DEFINE " A "\n0CSQ9022I  CSQ1 CSQMACHL ' DEFINE CHANNEL' NORMAL COMPLETION\n", "",
                NULL, "f:4: this is a reply of a queue manager on z/OS", NULL},
        {"a word like a message of z/OS", "* CSQN205I\nDEFINE " A " DESCR('+\nCSQN2051I CSQn205I')\n",
                "2: A SVRCONN listens h(1414) ANY descr=CSQN2051I CSQn205I", NULL, NULL, NULL},
        {"sequence numbers", NUMBERED("* a comment      ", "1") "\n" NUMBERED("DEFINE CHANNEL(A)", "2"),
                "", NULL, "f:1: columns 73 to 80 hold sequence numbers", NULL},
        {"one line that ends like a numbered one", NUMBERED("DEFINE CHANNEL(A)", "2") "\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, "f:1: A: CHLTYPE is missing", NULL},
        {"a file that is empty", "", "", NULL, "f: the file holds no MQSC command", NULL},
        {"a file of something else", "{ \"channel\": [ ] }\n", "", NULL, "f: the file holds no MQSC command",
                NULL},
        {"a file in UTF-16", "\xff\xfe" "D", "", NULL, "f:1: the file is UTF-16; save it as UTF-8", NULL},
        {"a CONNAME that is none", "DEF CHL(A) CHLTYPE(SDR) CONNAME('my host') SSLCIPH(X)\n", "",
                "1: A CONNAME: the host holds a character that no host name has",
                "f:1: warning: A: CONNAME('my host'): the host holds a character", NULL},
};

START_TEST(a_mistake_is_explained)
{
        run(&mistakes[_i], &with_host);
}
END_TEST

/* ---- what commands leave behind ---- */

static const ImportOptions of_qm1 = { .qmgr = "QM1", .host = "h" };
static const ImportOptions on_ipv6 = { .host = "fe80::1" };
static const ImportOptions on_two_hosts = { .host = "a, b(1500), [::1]:1600" };
static const ImportOptions on_no_host = { .host = "my host" };
static const ImportOptions none = {0};

#define RCVR "CHLTYPE(RCVR) SSLCIPH(ANY)"
#define DIALS "CONNAME('p(1414)') SSLCIPH(ANY)"

static const ImportedRow meanings[] = {
        {"ALTER changes what it says", "DEFINE " A " DESCR('a')\nALTER CHL(A) CHLTYPE(SVRCONN) SSLCIPH(NEW)\n",
                "1: A SVRCONN listens h(1414) NEW descr=a", NULL, NULL, NULL},
        {"ALTER to a blank takes TLS away", "DEFINE " A "\nALTER CHL(A) CHLTYPE(SVRCONN) SSLCIPH(' ')\n", "",
                "1: A has no SSLCIPH", NULL, NULL},
        {"ALTER of a channel that is not here", "ALTER CHL(A) CHLTYPE(SVRCONN) SSLCIPH(NEW)\n", "",
                "1: A ALTER changes a channel that the file does not define before", NULL, NULL},
        {"DELETE removes", "DEFINE " A "\nDELETE CHANNEL(A)\n", "", NULL, NULL, NULL},
        {"DELETE of nothing is no matter", "DELETE CHANNEL(A) IGNSTATE(YES)\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"a channel comes back with nothing of what it was", "DEFINE " A " DESCR('a')\nDELETE CHL(A)\nDEF CHL(A) "
                RCVR "\n", "3: A RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"DEFINE REPLACE forgets what was", "DEFINE " A " DESCR('a')\nDEF CHL(A) " RCVR " REPLACE\n",
                "2: A RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"a client connection of the same name is another channel", "DEFINE " A "\nDEF CHL(A) CHLTYPE(CLNTCONN) "
                DIALS " QMNAME(QM1)\n", A_LISTENS "\n2: A CLNTCONN dials p(1414) ANY qmgr?=QM1", NULL, NULL, NULL},
        {"DELETE leaves the client connection of the same name", "DEFINE " A "\nDEF CHL(A) CHLTYPE(CLNTCONN) "
                DIALS "\nDELETE CHL(A)\n", "2: A CLNTCONN dials p(1414) ANY", NULL, NULL, NULL},
        {"DELETE from the table of client connections", "DEFINE " A "\nDEF CHL(A) CHLTYPE(CLNTCONN) "
                DIALS "\nDELETE CHL(A) CHLTABLE(CLNTTAB)\n", A_LISTENS, NULL, NULL, NULL},
        {"LIKE gives what is not said", "DEFINE " A " DESCR('a') SSLCAUTH(OPTIONAL)\nDEF CHL(B) "
                "CHLTYPE(SVRCONN) LIKE(A) DESCR('b')\n", A_LISTENS " cauth=OPTIONAL descr=a\n"
                "2: B SVRCONN listens h(1414) ANY cauth=OPTIONAL descr=b", NULL, NULL, NULL},
        {"LIKE gives the type", "DEFINE " A "\nDEF CHL(B) LIKE(A)\n", A_LISTENS
                "\n2: B SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"the default object gives what is not said", "ALTER QMGR DEADQ(X)\nDEF CHL(SYSTEM.DEF.SVRCONN) "
                "CHLTYPE(SVRCONN) SSLCIPH(DFT) REPLACE\nDEF CHL(A) CHLTYPE(SVRCONN)\nDEF CHL(B) CHLTYPE(RCVR)\n",
                "2: SYSTEM.DEF.SVRCONN SVRCONN listens h(1414) DFT\n3: A SVRCONN listens h(1414) DFT",
                "4: B has no SSLCIPH", NULL, NULL},
        {"channels without SSLCIPH are skipped", "DEF CHL(A) CHLTYPE(SVRCONN)\nDEF CHL(B) CHLTYPE(SVRCONN) "
                "SSLCIPH(' ')\n", "", "1: A has no SSLCIPH\n2: B has no SSLCIPH", NULL, NULL},
        {"channels that do not run on TCP are skipped", "DEF CHL(A) TRPTYPE(LU62) " RCVR "\nDEF CHL(B) "
                "TRPTYPE(TCP) " RCVR "\n", "2: B RCVR listens h(1414) ANY", "1: A its TRPTYPE is not TCP", NULL,
                NULL},
        {"AMQP and MQTT channels are skipped", "DEF CHL(A) CHLTYPE(AMQP) SSLCIPH(X)\nDEF CHL(B) CHLTYPE(MQTT)\n",
                "", "1: A its type has a listener of its own or is not known\n"
                "2: B its type has a listener of its own or is not known", NULL, NULL},
        {"SVRCONN, RCVR and CLUSRCVR listen", "DEF CHL(A) CHLTYPE(SVRCONN) SSLCIPH(X)\nDEF CHL(B) CHLTYPE(RCVR) "
                "SSLCIPH(X)\nDEF CHL(C) CHLTYPE(CLUSRCVR) SSLCIPH(X)\n", "1: A SVRCONN listens h(1414) X\n"
                "2: B RCVR listens h(1414) X\n3: C CLUSRCVR listens h(1414) X", NULL, NULL, NULL},
        {"SDR, CLUSSDR and CLNTCONN dial", "DEF CHL(A) CHLTYPE(SDR) " DIALS "\nDEF CHL(B) CHLTYPE(CLUSSDR) " DIALS
                "\nDEF CHL(C) CHLTYPE(CLNTCONN) " DIALS "\n", "1: A SDR dials p(1414) ANY\n"
                "2: B CLUSSDR dials p(1414) ANY\n3: C CLNTCONN dials p(1414) ANY", NULL, NULL, NULL},
        {"SVR and RQSTR dial where they have a CONNAME", "DEF CHL(A) CHLTYPE(SVR) " DIALS "\nDEF CHL(B) "
                "CHLTYPE(RQSTR) " DIALS "\n", "1: A SVR dials p(1414) ANY\n2: B RQSTR dials p(1414) ANY", NULL, NULL,
                NULL},
        {"SVR and RQSTR listen where they have none", "DEF CHL(A) CHLTYPE(SVR) SSLCIPH(X)\nDEF CHL(B) "
                "CHLTYPE(RQSTR) CONNAME(' ') SSLCIPH(X)\n", "1: A SVR listens h(1414) X\n"
                "2: B RQSTR listens h(1414) X", NULL, NULL, NULL},
        {"a sender without a CONNAME", "DEF CHL(A) CHLTYPE(SDR) SSLCIPH(X)\n", "", "1: A has no CONNAME", NULL,
                NULL},
        {"a CONNAME list", "DEF CHL(A) CHLTYPE(SDR) CONNAME('a(1), b,fe80::1(2)') SSLCIPH(X)\n",
                "1: A SDR dials a(1), b,fe80::1(2) X", NULL, NULL, NULL},
        {"a CLUSRCVR has an address of its own", "DEF CHL(A) CHLTYPE(CLUSRCVR) CONNAME('own(1420)') SSLCIPH(X)\n",
                "1: A CLUSRCVR listens own(1420) X", NULL, NULL, NULL},
        {"a CLUSRCVR with a port alone", "DEF CHL(A) CHLTYPE(CLUSRCVR) CONNAME('(1420)') SSLCIPH(X)\n",
                "1: A CLUSRCVR listens h(1420) X", NULL, NULL, NULL},
        {"all that is read of a channel", "DEF CHL(A) CHLTYPE(SDR) " DIALS " SSLPEER('CN=a, O=\"b\"') "
                "SSLCAUTH(REQUIRED) CERTLABL('my label') DESCR('d') MCAUSER('m')\n",
                "1: A SDR dials p(1414) ANY peer=CN=a, O=\"b\" cauth=REQUIRED labl=my label descr=d", NULL, NULL,
                NULL},
        {"without a host there is no telling where it listens", "DEF CHL(A) " RCVR "\n", "",
                "1: A accepts, and the file does not say where; set host =", NULL, &none},
        {"an IPv6 host", "DEF CHL(A) " RCVR "\n", "1: A RCVR listens fe80::1(1414) ANY", NULL, NULL, &on_ipv6},
        {"a list of hosts", "DEF CHL(A) " RCVR "\n", "1: A RCVR listens a(1414), b(1500), [::1]:1600 ANY", NULL,
                NULL, &on_two_hosts},
        {"a host that is none", "DEF CHL(A) " RCVR "\n", "",
                "1: A host =: the host holds a character that no host name has", NULL, &on_no_host},
        {"a listener gives the port", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1499)\nDEF CHL(A) " RCVR "\n",
                "2: A RCVR listens h(1499) ANY", NULL, NULL, NULL},
        {"a listener may stand behind the channels", "DEF CHL(A) " RCVR "\nDEF LSTR(L) TRPTYPE(TCP) +\nPORT(1499)\n",
                "1: A RCVR listens h(1499) ANY", NULL, NULL, NULL},
        {"a listener gives the address, too", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1499) IPADDR('192.0.2.1')\n"
                "DEF CHL(A) " RCVR "\n", "2: A RCVR listens 192.0.2.1(1499) ANY", NULL, NULL, &none},
        {"host wins over the address of a listener", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1499) IPADDR(10.0.0.1)\n"
                "DEF CHL(A) " RCVR "\n", "2: A RCVR listens h(1499) ANY", NULL, NULL, NULL},
        {"a listener that is not on TCP", "DEF LISTENER(L) TRPTYPE(SPX) PORT(1499)\nDEF CHL(A) " RCVR "\n",
                "2: A RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"port 0 is the default", "DEF LISTENER(SYSTEM.DEFAULT.LISTENER.TCP) TRPTYPE(TCP) PORT(0)\nDEF CHL(A) " RCVR
                "\n", "2: A RCVR listens h(1414) ANY", NULL, NULL, NULL},
        {"a listener that starts by itself before another", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1)\nDEF LISTENER(M) "
                "TRPTYPE(TCP) PORT(2) CONTROL(QMGR)\nDEF CHL(A) " RCVR "\n", "3: A RCVR listens h(2) ANY", NULL,
                NULL, NULL},
        {"two listeners that are alike", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1)\nDEF LISTENER(M) TRPTYPE(TCP) "
                "PORT(2)\nDEF CHL(A) " RCVR "\n", "3: A RCVR listens h(1) ANY", NULL,
                "f: warning: there are listeners on ports 1 and 2, the first is taken", NULL},
        {"ALTER LISTENER and DELETE LISTENER", "DEF LISTENER(L) TRPTYPE(TCP) PORT(1)\nDEF LISTENER(M) TRPTYPE(TCP) "
                "PORT(2)\nALTER LISTENER(M) PORT(3)\nDELETE LISTENER(L)\nDEF CHL(A) " RCVR "\n",
                "5: A RCVR listens h(3) ANY", NULL, NULL, NULL},
        {"a listener is of the queue manager that accepts", "DEF CHL(A) CHLTYPE(RCVR) SSLCIPH(X)\n",
                "1: A RCVR listens h(1414) X qmgr=QM1 by=QM1", NULL, NULL, &of_qm1},
        {"a sender does not say who accepts", "DEF CHL(A) CHLTYPE(SDR) " DIALS "\n",
                "1: A SDR dials p(1414) ANY by=QM1", NULL, NULL, &of_qm1},
        {"a QMNAME that no queue manager has", "DEF CHL(A) CHLTYPE(CLNTCONN) " DIALS " QMNAME('*ALL')\n",
                "1: A CLNTCONN dials p(1414) ANY", NULL, NULL, NULL},
        {"other commands are not our business", "ALTER QMGR DESCR('x') SSLKEYR('k')\nDEFINE QLOCAL(Q)\n"
                "SET CHLAUTH('*') TYPE(ADDRESSMAP) ADDRESS('*') USERSRC(NOACCESS)\nREFRESH SECURITY TYPE(SSL)\n"
                "START CHANNEL(A)\nDEFINE " A "\n", "6: A SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
};

START_TEST(a_command_leaves_this_behind)
{
        run(&meanings[_i], &with_host);
}
END_TEST

/* ---- dmpmqcfg ---- */

static const char dumped[] =
        "*******************************************************************************\n"
        "* Script generated on 2022-07-22   at 14.23.16\n"
        "* Queue manager name: QM1\n"
        "* Queue manager command level: (930/922)\n"
        "* Command issued: dmpmqcfg -m QM1 -a\n"
        "*******************************************************************************\n"
        "ALTER QMGR +\n"
        "*  ALTDATE(2022-06-28) +\n"
        "   CERTLABL('ibmwebspheremqqm1') +\n"
        "   FORCE\n"
        "DEFINE CHANNEL('APP.SVRCONN') +\n"
        "   CHLTYPE(SVRCONN) +\n"
        "*  ALTDATE(2022-06-28) +\n"
        "*  ALTTIME(18.21.00) +\n"
        "   CERTLABL(' ') +\n"
        "   DESCR('what people''s clients use') +\n"
        "   SSLCAUTH(REQUIRED) +\n"
        "   SSLCIPH('ANY_TLS12_OR_HIGHER') +\n"
        "   SSLPEER('CN=\"app\",O=x') +\n"
        "   TRPTYPE(TCP) +\n"
        "   REPLACE\n"
        "DEFINE LISTENER('L') +\n"
        "   TRPTYPE(TCP) +\n"
        "   CONTROL(QMGR) +\n"
        "   PORT(1420) +\n"
        "   REPLACE\n"
        "*******************************************************************************\n"
        "* Script ended on 2022-07-22   at 14.23.16\n"
        "*******************************************************************************\n";

#define SECOND_DUMP                                                                                \
        "* Queue manager name: QM2\n"                                                              \
        "DEFINE LISTENER('L') TRPTYPE(TCP) PORT(1430) REPLACE\n"                                   \
        "DEFINE CHANNEL('APP.SVRCONN') CHLTYPE(SVRCONN) SSLCIPH('ANY_TLS13') REPLACE\n"

static const ImportOptions of_other = { .qmgr = "OTHER", .host = "h" };

static const ImportedRow dumps[] = {
        {"a dump", dumped, "11: APP.SVRCONN SVRCONN listens h(1420) ANY_TLS12_OR_HIGHER qmgr=QM1 by=QM1 "
                "peer=CN=\"app\",O=x cauth=REQUIRED descr=what people's clients use", NULL, NULL, NULL},
        {"a dump with -o 1line", "* Queue manager name: QM1\n* Command issued: dmpmqcfg -m QM1 -a -o 1line\n"
                "DEFINE CHANNEL('A') CHLTYPE(SVRCONN) SSLCIPH('ANY') SSLPEER(' ') TRPTYPE(TCP) REPLACE\n"
                "DEFINE CHANNEL('B') CHLTYPE(SDR) CONNAME('p(1),q(2)') SSLCIPH('ANY') REPLACE\n",
                "3: A SVRCONN listens h(1414) ANY qmgr=QM1 by=QM1\n4: B SDR dials p(1),q(2) ANY by=QM1", NULL,
                NULL, NULL},
        {"two dumps in one file are two queue managers", "* Queue manager name: QM1\nDEFINE CHANNEL('APP.SVRCONN') "
                "CHLTYPE(SVRCONN) SSLCIPH('ANY_TLS12') REPLACE\n" SECOND_DUMP,
                "2: APP.SVRCONN SVRCONN listens h(1414) ANY_TLS12 qmgr=QM1 by=QM1\n"
                "5: APP.SVRCONN SVRCONN listens h(1430) ANY_TLS13 qmgr=QM2 by=QM2", NULL, NULL, NULL},
        {"a dump that does not say of whom", "DEFINE " A "\n", A_LISTENS, NULL, NULL, NULL},
        {"qmgr wins over the header, and says so", "* Queue manager name: QM1\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY qmgr=OTHER by=OTHER", NULL,
                "f:1: warning: the file says it is of queue manager QM1, qmgr = \"OTHER\"", &of_other},
        {"a header with nonsense for a name", "* Queue manager name: no name\nDEFINE " A "\n",
                "2: A SVRCONN listens h(1414) ANY", NULL, NULL, NULL},
        {"a dump of nothing", "* Queue manager name: QM1\n", "", NULL, NULL, NULL},
};

START_TEST(a_dump_is_read)
{
        run(&dumps[_i], &with_host);
}
END_TEST

/* ---- DISPLAY ---- */

#define BANNER "5724-H72 (C) Copyright IBM Corp. 1994, 2025.\nStarting MQSC for queue manager QM1.\n\n\n"
#define CLOSING "One MQSC command read.\nNo commands have a syntax error.\nAll valid MQSC commands were processed.\n"
#define CHANNEL_MESSAGE "AMQ8414I: Display Channel details.\n"
#define STATUS_MESSAGE "AMQ8417I: Display Channel Status details.\n"
/* Two cells, the second in column 44. */
#define CELLS_A "   CHANNEL(A)                              CHLTYPE(SVRCONN)\n"

static const ImportedRow displays[] = {
        {"what runmqsc prints", BANNER "     1 : DISPLAY CHANNEL(*) ALL\n" CHANNEL_MESSAGE
                "   CHANNEL(QM1.TO.QM2)                     CHLTYPE(RCVR)\n"
                "   BATCHSZ(50)                             CERTLABL(QM2)\n"
                "   DESCR(Receiver channel using TLS from QM1 to QM2)\n"
                "   MCAUSER( )                              MONCHL(QMGR)\n"
                "   SEQWRAP(999999999)                      SSLCAUTH(REQUIRED)\n"
                "   SSLCIPH(TLS_RSA_WITH_AES_128_CBC_SHA256)\n"
                "   SSLPEER(CN=John Doe, OU=Test, O=Example, C=GB)\n"
                "   TRPTYPE(TCP)                            USEDLQ(YES)\n"
                CHANNEL_MESSAGE CELLS_A "   SSLCIPH( )                              SSLPEER( )\n" CLOSING,
                "7: QM1.TO.QM2 RCVR listens h(1414) TLS_RSA_WITH_AES_128_CBC_SHA256 qmgr=QM1 by=QM1 "
                "peer=CN=John Doe, OU=Test, O=Example, C=GB cauth=REQUIRED labl=QM2 "
                "descr=Receiver channel using TLS from QM1 to QM2", "16: A has no SSLCIPH", NULL, NULL},
        {"a message without the letter of its severity", "AMQ8414: Display Channel details.\n" CELLS_A
                "   SSLCIPH(X)\n", "2: A SVRCONN listens h(1414) X", NULL, NULL, NULL},
        {"a message in another language", "AMQ8414I: Details zu Kanal anzeigen.\n" CELLS_A "   SSLCIPH(X)\n",
                "2: A SVRCONN listens h(1414) X", NULL, NULL, NULL},
        {"cells whose messages were removed", CELLS_A "   SSLCIPH(X)\n"
                "   CHANNEL(B)                              CHLTYPE(RCVR)\n   SSLCIPH(Y)\n",
                "1: A SVRCONN listens h(1414) X\n3: B RCVR listens h(1414) Y", NULL, NULL, NULL},
        {"cells that lost their indentation", "AMQ8414I: x\nCHANNEL(A)                              CHLTYPE(SVRCONN)\n"
                "SSLCIPH(X)\n", "2: A SVRCONN listens h(1414) X", NULL, NULL, NULL},
        {"cells whose blanks were pressed together", CHANNEL_MESSAGE " CHANNEL(A) CHLTYPE(SDR) SSLCIPH(X)\n"
                " CONNAME(p(1414)) MCAUSER( )\n", "2: A SDR dials p(1414) X", NULL, NULL, NULL},
        {"nested parentheses in a value", CHANNEL_MESSAGE "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(10.241.0.4(1414))               SSLCIPH(X)\n", "2: A SDR dials 10.241.0.4(1414) X", NULL,
                NULL, NULL},
        {"a CONNAME list on a line of its own", CHANNEL_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(mq1.example.com(1414),mq2.example.com(1415))\n   SSLCIPH(X)\n",
                "2: A SDR dials mq1.example.com(1414),mq2.example.com(1415) X", NULL, NULL, NULL},
        {"a description with a parenthesis that is never closed", CHANNEL_MESSAGE CELLS_A
                "   DESCR(a ( b)                            SSLCIPH(X)\n",
                "2: A SVRCONN listens h(1414) X descr=a ( b", NULL, NULL, NULL},
        {"a description with a parenthesis too many", CHANNEL_MESSAGE CELLS_A
                "   DESCR(well :) )                         SSLCIPH(X)\n",
                "2: A SVRCONN listens h(1414) X descr=well :)", NULL, NULL, NULL},
        {"a description that looks like a cell", CHANNEL_MESSAGE CELLS_A
                "   SSLCIPH(X)\n   DESCR(a) SSLCIPH(NONE)\n",
                "2: A SVRCONN listens h(1414) X descr=a) SSLCIPH(NONE", NULL, NULL, NULL},
        {"blank cells are not said", CHANNEL_MESSAGE CELLS_A "   SSLCIPH(X)                              SSLPEER( )\n"
                "   DESCR( )                                CERTLABL( )\n", "2: A SVRCONN listens h(1414) X", NULL,
                NULL, NULL},
        {"a display without ALL", CHANNEL_MESSAGE CELLS_A, "", "2: A SSLCIPH is not shown; ask DISPLAY for ALL",
                NULL, NULL},
        {"a later display wins", CHANNEL_MESSAGE CELLS_A "   SSLCIPH(X)\n" CHANNEL_MESSAGE CELLS_A "   SSLCIPH(Y)\n",
                "5: A SVRCONN listens h(1414) Y", NULL, NULL, NULL},
        {"listeners in a display", "AMQ8630I: Display listener information details.\n"
                "   LISTENER(L)                             CONTROL(QMGR)\n"
                "   TRPTYPE(TCP)                            PORT(1450)\n   IPADDR(192.0.2.7)\n"
                CHANNEL_MESSAGE CELLS_A "   SSLCIPH(X)\n", "6: A SVRCONN listens 192.0.2.7(1450) X", NULL, NULL, &none},
        {"the status of a listener", "AMQ8631I: Display listener status details.\n"
                "   LISTENER(L)                             STATUS(RUNNING)\n"
                "   PORT(1460)                              TRPTYPE(TCP)\n   IPADDR(*)\n"
                CHANNEL_MESSAGE CELLS_A "   SSLCIPH(X)\n", "6: A SVRCONN listens h(1460) X", NULL, NULL, NULL},
        {"a display of the queue manager names it", "AMQ8408I: Display Queue Manager details.\n"
                "   QMNAME(QM7)                             ACCTINT(1800)\n" CHANNEL_MESSAGE CELLS_A
                "   SSLCIPH(X)\n", "4: A SVRCONN listens h(1414) X qmgr=QM7 by=QM7", NULL, NULL, NULL},
        {"a display of connections is none of channels", "AMQ8276I: Display Connection details.\n"
                "   CONN(1234)                           \n   EXTCONN(414D)\n   TYPE(CONN)\n"
                "   CHANNEL(A)                              CONNAME(10.0.0.1)\n" CHANNEL_MESSAGE CELLS_A
                "   SSLCIPH(X)\n", "7: A SVRCONN listens h(1414) X", NULL, NULL, NULL},
        {"commands that were typed, and their answers", "dis chl(a)\n\n" CHANNEL_MESSAGE CELLS_A "   SSLCIPH(X)\n"
                "define chl(b) +\n  chltype(rcvr) sslciph(y)\nAMQ8014I: IBM MQ channel created.\nend\n" CLOSING,
                "4: A SVRCONN listens h(1414) X\n6: B RCVR listens h(1414) Y", NULL, NULL, NULL},
        {"definitions in an echo are not read, and it is said", BANNER "     1 : DEFINE CHANNEL(A) +\n"
                "       :   CHLTYPE(RCVR) SSLCIPH(X)\nAMQ8014I: IBM MQ channel created.\n" CLOSING, "", NULL,
                "f:5: warning: the echo of a command that changes a channel is not read", NULL},
        {"an output of nothing", BANNER "     1 : DIS CHL(X)\nAMQ8147E: IBM MQ object X not found.\n" CLOSING, "",
                NULL, NULL, NULL},
        {"the name in a display is none", CHANNEL_MESSAGE
                "   CHANNEL(no name)                        CHLTYPE(RCVR)\n", "",
                "2: no name the name holds a character other than A-Z a-z 0-9 . / _ % -", NULL, NULL},
        {"a type in a display that is not known", CHANNEL_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(NEW)\n   SSLCIPH(X)\n", "",
                "2: A its type has a listener of its own or is not known", NULL, NULL},
        {"the status of a sender stands in for its definition", STATUS_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(10.0.0.9(1414))                 CURRENT\n"
                "   RQMNAME(QM9)                            SSLCERTI(CN=CA)\n"
                "   SECPROT(TLSV12)                         SSLCIPH(TLS_X)\n"
                "   SSLPEER(SERIALNUMBER=1,CN=QM9)          SSLRKEYS(0)\n"
                "   STATUS(RUNNING)                         SUBSTATE(MQGET)\n",
                "2: A SDR dials 10.0.0.9(1414) TLS_X qmgr=QM9 status", NULL, NULL, NULL},
        {"the status of a receiver shows who dialled", STATUS_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(RCVR)\n"
                "   CONNAME(10.0.0.9)                       CURRENT\n"
                "   RQMNAME(QM9)                            SSLCIPH(TLS_X)\n", "2: A RCVR listens h(1414) TLS_X status",
                NULL, NULL, NULL},
        {"instances of one channel are one endpoint", STATUS_MESSAGE CELLS_A "   SSLCIPH(X)\n   STATUS(RUNNING)\n"
                STATUS_MESSAGE CELLS_A "   SSLCIPH(Y)\n   STATUS(RUNNING)\n",
                "2: A SVRCONN listens h(1414) X status", NULL, NULL, NULL},
        {"a word alone in the first cell", STATUS_MESSAGE CELLS_A
                "   CURRENT                                 SSLCIPH(X)\n", "2: A SVRCONN listens h(1414) X status",
                NULL, NULL, NULL},
        {"words alone where a value should be", "AMQ8408I: x\n   QMNAME                                  QMNAME(QM7)\n"
                "AMQ8631I: x\n   LISTENER(L)                             IPADDR\n   PORT\n" CHANNEL_MESSAGE CELLS_A
                "   SSLCIPH                                 SSLPEER\n", "",
                "7: A SSLCIPH is not shown; ask DISPLAY for ALL", NULL, NULL},
        {"a status without ALL", STATUS_MESSAGE CELLS_A "   STATUS(RUNNING)\n", "",
                "2: A SSLCIPH is not shown; ask DISPLAY for ALL", NULL, NULL},
        {"a definition counts more than a status", STATUS_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(10.0.0.9(1414))                 RQMNAME(QM9)\n   SSLCIPH(TLS_X)\n" CHANNEL_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(p(1414))                        SSLCIPH(ANY)\n", "6: A SDR dials p(1414) ANY qmgr=QM9",
                NULL, NULL, NULL},
        {"a status adds who answered to a definition", CHANNEL_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(p(1414))                        SSLCIPH(ANY)\n" STATUS_MESSAGE
                "   CHANNEL(A)                              CHLTYPE(SDR)\n"
                "   CONNAME(10.0.0.9(1414))                 RQMNAME(QM9)\n   SSLCIPH(TLS_X)\n",
                "2: A SDR dials p(1414) ANY qmgr=QM9", NULL, NULL, NULL},
};

START_TEST(a_display_is_read)
{
        run(&displays[_i], &with_host);
}
END_TEST

/* ---- filters ---- */

static const char *const app_globs[] = { "APP.*", "B?" };
static const char *const system_globs[] = { "SYSTEM.*" };
static const ChannelType receivers[] = { CHANNEL_TYPE_RCVR, CHANNEL_TYPE_CLUSRCVR };
static const ImportOptions only_apps = { .host = "h", .include = app_globs, .n_include = 2 };
static const ImportOptions no_system = { .host = "h", .exclude = system_globs, .n_exclude = 1 };
static const ImportOptions only_receivers = { .host = "h", .types = receivers, .n_types = 2 };
static const ImportOptions apps_without_system = { .host = "h", .include = app_globs, .n_include = 2,
        .exclude = app_globs, .n_exclude = 1 };

#define THREE                                                                                      \
        "DEF CHL(APP.1) CHLTYPE(SVRCONN) SSLCIPH(X)\nDEF CHL(SYSTEM.A) CHLTYPE(RCVR) SSLCIPH(X)\n"  \
        "DEF CHL(B2) CHLTYPE(SDR) CONNAME('p(1)') SSLCIPH(X)\n"
#define APP_1 "1: APP.1 SVRCONN listens h(1414) X"
#define SYSTEM_A "2: SYSTEM.A RCVR listens h(1414) X"
#define B2 "3: B2 SDR dials p(1) X"

static const ImportedRow filters[] = {
        {"include takes what one of its globs takes", THREE, APP_1 "\n" B2, "2: SYSTEM.A is not in include =", NULL,
                &only_apps},
        {"exclude leaves out", THREE, APP_1 "\n" B2, "2: SYSTEM.A exclude = \"SYSTEM.*\"", NULL, &no_system},
        {"exclude wins over include", THREE, B2, "1: APP.1 exclude = \"APP.*\"\n2: SYSTEM.A is not in include =",
                NULL, &apps_without_system},
        {"types", THREE, SYSTEM_A, "1: APP.1 its type SVRCONN is not asked for\n"
                "3: B2 its type SDR is not asked for", NULL, &only_receivers},
        {"nothing is said of a channel that is left out", "DEF CHL(SYSTEM.A) CHLTYPE(SDR) CONNAME('a b') "
                "SSLCIPH(X)\n", "", "1: SYSTEM.A exclude = \"SYSTEM.*\"", NULL, &no_system},
};

START_TEST(filters_choose)
{
        run(&filters[_i], &with_host);
}
END_TEST

/* ---- size and hostility ---- */

enum {
        N_CHANNELS = 3000,
};

static void append_dump(Buf *b, bool one_line)
{
        const char *next = one_line ? " " : " +\n   ";

        buf_append_str(b, "* Queue manager name: QM1\n");
        for (unsigned i = 0; i < N_CHANNELS; i++) {
                buf_appendf(b, "DEFINE CHANNEL('APP.%u')%sCHLTYPE(SVRCONN)%s", i, next, next);
                if (!one_line)
                        buf_append_str(b, "\n*  ALTDATE(2022-06-28) +\n");
                for (unsigned k = 0; k < 60; k++)
                        buf_appendf(b, "ATTR%u('value %u')%s", k, k, next);
                buf_appendf(b, "SSLCIPH('ANY_TLS12_OR_HIGHER')%sDESCR('channel %u')%sREPLACE\n", next, i, next);
        }
}

static void append_display(Buf *b)
{
        buf_append_str(b, BANNER);
        for (unsigned i = 0; i < N_CHANNELS; i++) {
                CLEANUP_BUF Buf cell = BUF_INIT;

                buf_append_str(b, CHANNEL_MESSAGE);
                buf_appendf(&cell, "CHANNEL(APP.%u)", i);
                buf_appendf(b, "   %-39s CHLTYPE(SVRCONN)\n", buf_str(&cell));
                for (unsigned k = 0; k < 30; k++)
                        buf_appendf(b, "   %-39s OTHER(%u)\n", "ATTR( )", k);
                buf_append_str(b, "   SSLCIPH(ANY_TLS12_OR_HIGHER)            SSLPEER( )\n");
        }
        buf_append_str(b, CLOSING);
}

START_TEST(three_thousand_channels_are_read)
{
        CLEANUP_BUF Buf text = BUF_INIT;
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;

        if (_i == 2)
                append_display(&text);
        else
                append_dump(&text, _i == 1);
        ck_assert_int_eq(buf_error(&text), 0);
        ck_assert_int_eq(import_mqsc_text("f", text.data, text.len, &with_host, &issues, &result), 0);
        ck_assert_uint_eq(issues.n, 0);
        ck_assert_uint_eq(result.n_endpoints, N_CHANNELS);
        ck_assert_uint_eq(result.n_skipped, 0);
        ck_assert_str_eq(result.endpoints[N_CHANNELS - 1].channel, "APP.2999");
        ck_assert_str_eq(result.endpoints[N_CHANNELS - 1].qmgr, "QM1");
}
END_TEST

/* Text that is `part` over and over. */
static int import_repeated(const char *begin, const char *part, size_t n, const char *end,
        Issues *issues, ImportResult *result)
{
        CLEANUP_BUF Buf text = BUF_INIT;

        buf_append_str(&text, begin);
        for (size_t i = 0; i < n; i++)
                buf_append_str(&text, part);
        buf_append_str(&text, end);
        ck_assert_int_eq(buf_error(&text), 0);
        return import_mqsc_text("f", text.data, text.len, &with_host, issues, result);
}

static const struct {
        const char *name;
        const char *begin, *part, *end;
        size_t n;
        const char *issue; /* NULL: none */
        size_t n_endpoints;
} floods[] = {
        {"a command without an end", "DEFINE CHL(A) +\n", "X +\n", "", 1000000, "longer than 64 KiB", 0},
        {"a quote without an end", "DEFINE CHL(A) DESCR('", "xxxxxxxxxxxxxxxx+\n", "", 100000,
                "longer than 64 KiB", 0},
        {"a line without an end", "DEFINE CHL(A) DESCR('", "xxxxxxxxxxxxxxxx", "')\n", 1000000,
                "longer than 64 KiB", 0},
        {"parentheses without an end", "DEFINE CHL(A) X", "(", "\n", 60000, "not closed", 0},
        {"parentheses in a display", "AMQ8414I: x\n   CHANNEL(A)  CHLTYPE(RCVR)\n   SSLCIPH(X)\n   DESCR", "(",
                ")\n", 1000000, NULL, 1},
        {"too many parameters", "DEFINE CHL(A) ", "X ", "\n", 1000, "more than 256 parameters", 0},
        {"mistakes without an end", "", "DEFINE CHL(A))\n", "", 100000, "more is wrong here than 100 mistakes", 0},
        {"warnings without an end", "DEFINE CHL(A) CHLTYPE(RCVR) SSLCIPH(X)\n", "nonsense\n", "", 100000,
                "there are more than 100 warnings", 1},
        {"one channel over and over", "", "DEF CHL(A) CHLTYPE(RCVR) SSLCIPH(X) REPLACE\n", "", 100000, NULL, 1},
        {"one channel made and deleted", "", "DEF CHL(A) CHLTYPE(RCVR) SSLCIPH(X)\nDELETE CHL(A)\n", "", 1000,
                NULL, 0},
        {"listeners without an end", "DEF CHL(A) CHLTYPE(RCVR) SSLCIPH(X)\n", "DEF LISTENER(L) PORT(1)\n", "",
                100000, NULL, 1},
        {"alterations without an end", "", "ALTER CHL(A)\n", "", 100001, "more than 100000 channels", 0},
        {"nameless channels without an end", "", " CHANNEL( )\n", "", 100001, "more than 100000 channels", 0},
        {"comments only, and one command", "", "****************\n", "DEF CHL(A) CHLTYPE(RCVR) SSLCIPH(X)",
                1000000, NULL, 1},
};

START_TEST(a_flood_is_bounded)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf said = BUF_INIT;

        ck_assert_msg(import_repeated(floods[_i].begin, floods[_i].part, floods[_i].n, floods[_i].end, &issues,
                              &result) == 0, "%s", floods[_i].name);
        imported_append_issues(&issues, &said);
        ck_assert_msg(result.n_endpoints == floods[_i].n_endpoints, "%s: %zu", floods[_i].name,
                result.n_endpoints);
        ck_assert_uint_le(issues.n, (size_t) IMPORT_ISSUES_MAX + 1);
        if (floods[_i].issue)
                ck_assert_msg(strstr(buf_str(&said), floods[_i].issue), "%s: %s", floods[_i].name,
                        buf_str(&said));
        else
                ck_assert_msg(issues.n == 0, "%s: %s", floods[_i].name, buf_str(&said));
}
END_TEST

START_TEST(too_many_channels_are_refused)
{
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        CLEANUP_BUF Buf text = BUF_INIT;

        for (unsigned i = 0; i <= IMPORT_DEFINITIONS_MAX; i++)
                buf_appendf(&text, "DEF CHL(A%u) CHLTYPE(RCVR) SSLCIPH(X)\n", i);
        ck_assert_int_eq(import_mqsc_text("f", text.data, text.len, &with_host, &issues, &result), 0);
        ck_assert_uint_eq(result.n_endpoints, IMPORT_DEFINITIONS_MAX);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert_uint_eq(issues.list[0].line, IMPORT_DEFINITIONS_MAX + 1);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "more than 100000 channels"));
}
END_TEST

START_TEST(a_nul_byte_is_no_text)
{
        static const char text[] = "DEFINE " A "\nDEFINE CHL(B\0C) CHLTYPE(RCVR)\n";
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        ImportResult result = {0};

        ck_assert_int_eq(import_mqsc_text("f", text, sizeof(text) - 1, NULL, &issues, &result), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert_uint_eq(issues.list[0].line, 2);
        ck_assert_ptr_null(result.endpoints);
}
END_TEST

/* ---- files ---- */

START_TEST(a_file_is_read)
{
        char path[] = "/tmp/mqtls-import-XXXXXX";
        CLEANUP(import_result_done) ImportResult result = {0};
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        int fd = mkstemp(path);

        ck_assert_int_ge(fd, 0);
        ck_assert_int_eq(write(fd, dumped, sizeof(dumped) - 1), (ssize_t) sizeof(dumped) - 1);
        ck_assert_int_eq(import_mqsc_file(path, &with_host, &issues, &result), 0);
        ck_assert_int_eq(result.n_endpoints, 1);

        ck_assert_int_eq(ftruncate(fd, (off_t) IMPORT_BYTES_MAX + 1), 0);
        ck_assert_int_eq(import_mqsc_file(path, &with_host, &issues, &result), -EINVAL);
        ck_assert_ptr_nonnull(strstr(issues.list[0].text, "larger than 64 MiB"));
        (void) close(fd);
        (void) unlink(path);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_named)
{
        static const char *const paths[] = { "/nonexistent/f.mqsc", "/tmp", "/dev/null" };
        static const char *const whys[] = { "No such file", "Is a directory", "not a regular file" };
        CLEANUP(issues_done) Issues issues = ISSUES_INIT;
        ImportResult result = {0};

        ck_assert_int_eq(import_mqsc_file(paths[_i], NULL, &issues, &result), -EINVAL);
        ck_assert_uint_eq(issues.n_errors, 1);
        ck_assert_str_eq(issues.list[0].file, paths[_i]);
        ck_assert_msg(strstr(issues.list[0].text, whys[_i]), "%s", issues.list[0].text);
}
END_TEST

static Suite *make_suite(void)
{
        Suite *suite = suite_create("import_mqsc");
        TCase *tc = tcase_create("import_mqsc");

        tcase_set_timeout(tc, 60);
        tcase_add_loop_test(tc, a_rule_of_mqsc_is_kept, 0, (int) ARRAY_LEN(rules));
        tcase_add_loop_test(tc, a_mistake_is_explained, 0, (int) ARRAY_LEN(mistakes));
        tcase_add_loop_test(tc, a_command_leaves_this_behind, 0, (int) ARRAY_LEN(meanings));
        tcase_add_loop_test(tc, a_dump_is_read, 0, (int) ARRAY_LEN(dumps));
        tcase_add_loop_test(tc, a_display_is_read, 0, (int) ARRAY_LEN(displays));
        tcase_add_loop_test(tc, filters_choose, 0, (int) ARRAY_LEN(filters));
        tcase_add_loop_test(tc, three_thousand_channels_are_read, 0, 3);
        tcase_add_loop_test(tc, a_flood_is_bounded, 0, (int) ARRAY_LEN(floods));
        tcase_add_test(tc, too_many_channels_are_refused);
        tcase_add_test(tc, a_nul_byte_is_no_text);
        tcase_add_test(tc, a_file_is_read);
        tcase_add_loop_test(tc, a_file_that_cannot_be_read_is_named, 0, 3);
        suite_add_tcase(suite, tc);
        return suite;
}

int main(void)
{
        return suite_run(make_suite());
}
