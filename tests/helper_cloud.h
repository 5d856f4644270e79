/*
 * helper_cloud.h - tables for the tests of cloud providers: an account from a text of JSON, the
 * same moment always, and what comes out as one text that a row can hold.
 */
#ifndef QUANZU_HELPER_CLOUD_H
#define QUANZU_HELPER_CLOUD_H

#include <stdint.h>

#include "cloud.h"
#include "cloud_account.h"

/* 2023-09-19 14:30:00 in Beijing. */
#define CLOUD_NOW INT64_C(1695105000000)
extern const struct cloud_moment cloud_moment;

/* sms and voice are true where the provider has them. NULL: *wrong. */
struct cloud_account *cloud_test_open(const char *kind, const char *own, struct cloud_wrong *wrong);
void cloud_test_close(struct cloud_account *a);
/* The one value that a test hands out: own_ref and template may be NULL. */
struct outgoing cloud_test_message(enum outgoing_kind kind, const char *to, const char *template,
	const char *values, const char *text);
/* "POST https://...\nName: value\n...\n\nbody" into out, which is started here. */
void cloud_test_request(const struct cloud_request *r, struct buf *out);
/* "report id=.. ref=.. to=.. delivered OK code @seconds\n" and so on, likewise. */
void cloud_test_events(const struct cloud_events *e, struct buf *out);
const char *cloud_class_name(enum cloud_class c);
struct cloud_answer cloud_test_answer(int status, const char *content_type, const char *body);

#endif
