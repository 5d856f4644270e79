/* atcode.c - the tables of result codes. */
#include "atcode.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "banned.h"

struct range {
	int first, last;
	enum atcode_class class;
};

struct words {
	int code;
	const char *text;
};

/* clang-format off */
static const struct range cms[] = {
	{ 1, 1, ATCODE_NUMBER },     /* unassigned */
	{ 8, 8, ATCODE_CARD },       { 10, 10, ATCODE_CARD },   /* barred */
	{ 21, 21, ATCODE_CARD },     /* transfer rejected: taken for spam? */
	{ 22, 22, ATCODE_PASSING },  { 27, 27, ATCODE_PASSING },
	{ 28, 30, ATCODE_CARD },     { 38, 38, ATCODE_PASSING },
	{ 41, 42, ATCODE_PASSING },  { 47, 47, ATCODE_PASSING },
	{ 50, 50, ATCODE_CARD },     { 69, 69, ATCODE_CARD },
	{ 81, 81, ATCODE_OURS },     { 95, 99, ATCODE_OURS },
	{ 111, 111, ATCODE_OURS },   { 127, 127, ATCODE_PASSING },
	{ 128, 145, ATCODE_OURS },   { 159, 161, ATCODE_OURS }, { 175, 176, ATCODE_OURS },
	{ 192, 192, ATCODE_PASSING }, { 193, 193, ATCODE_CARD }, { 194, 194, ATCODE_PASSING },
	{ 195, 196, ATCODE_NUMBER }, { 197, 197, ATCODE_SENT },
	{ 198, 199, ATCODE_OURS },   /* validity */
	{ 208, 213, ATCODE_MODEM },  { 255, 255, ATCODE_MODEM },
	{ 300, 303, ATCODE_MODEM },  { 304, 305, ATCODE_OURS },
	{ 310, 313, ATCODE_MODEM },  { 314, 314, ATCODE_PASSING }, { 315, 318, ATCODE_MODEM },
	{ 320, 322, ATCODE_MODEM },  { 330, 331, ATCODE_MODEM },
	{ 332, 332, ATCODE_UNSURE }, { 340, 340, ATCODE_NONE }, { 350, 350, ATCODE_UNSURE },
};

static const struct range cme[] = {
	{ 0, 4, ATCODE_MODEM },     { 5, 13, ATCODE_MODEM },
	{ 14, 14, ATCODE_PASSING }, { 15, 23, ATCODE_MODEM },
	{ 24, 27, ATCODE_OURS },    { 30, 48, ATCODE_MODEM },
	{ 50, 50, ATCODE_OURS },
};

static const struct words cms_words[] = {
	{ 1, "unassigned (unallocated) number" }, { 8, "operator determined barring" },
	{ 10, "call barred" }, { 21, "short message transfer rejected" },
	{ 27, "destination out of service" }, { 28, "unidentified subscriber" },
	{ 29, "facility rejected" }, { 30, "unknown subscriber" }, { 38, "network out of order" },
	{ 41, "temporary failure" }, { 42, "congestion" },
	{ 47, "resources unavailable, unspecified" }, { 50, "requested facility not subscribed" },
	{ 69, "requested facility not implemented" },
	{ 81, "invalid short message transfer reference value" },
	{ 95, "invalid message, unspecified" }, { 96, "invalid mandatory information" },
	{ 97, "message type non-existent or not implemented" },
	{ 98, "message not compatible with short message protocol state" },
	{ 99, "information element non-existent or not implemented" },
	{ 111, "protocol error, unspecified" }, { 127, "interworking, unspecified" },
	{ 300, "me failure" }, { 301, "sms service of me reserved" },
	{ 302, "operation not allowed" }, { 303, "operation not supported" },
	{ 304, "invalid pdu mode parameter" }, { 305, "invalid text mode parameter" },
	{ 310, "sim not inserted" }, { 310, "(u)sim not inserted" },
	{ 311, "sim pin required" }, { 311, "(u)sim pin required" },
	{ 312, "ph-sim pin required" }, { 312, "ph-(u)sim pin required" },
	{ 313, "sim failure" }, { 313, "(u)sim failure" }, { 314, "sim busy" },
	{ 314, "(u)sim busy" }, { 315, "sim wrong" }, { 315, "(u)sim wrong" },
	{ 316, "sim puk required" }, { 316, "(u)sim puk required" },
	{ 317, "sim pin2 required" }, { 317, "(u)sim pin2 required" },
	{ 318, "sim puk2 required" }, { 318, "(u)sim puk2 required" },
	{ 320, "memory failure" }, { 321, "invalid memory index" }, { 322, "memory full" },
	{ 330, "smsc address unknown" }, { 331, "no network service" },
	{ 332, "network timeout" }, { 340, "no +cnma acknowledgement expected" },
	{ 340, "no cnma acknowledgement expected" }, { 500, "unknown error" },
};

static const struct words cme_words[] = {
	{ 0, "phone failure" }, { 1, "no connection to phone" },
	{ 2, "phone-adaptor link reserved" }, { 3, "operation not allowed" },
	{ 4, "operation not supported" }, { 5, "ph-sim pin required" },
	{ 6, "ph-fsim pin required" }, { 7, "ph-fsim puk required" }, { 10, "sim not inserted" },
	{ 11, "sim pin required" }, { 12, "sim puk required" }, { 13, "sim failure" },
	{ 14, "sim busy" }, { 15, "sim wrong" }, { 16, "incorrect password" },
	{ 17, "sim pin2 required" }, { 18, "sim puk2 required" }, { 20, "memory full" },
	{ 21, "invalid index" }, { 22, "not found" }, { 23, "memory failure" },
	{ 24, "text string too long" }, { 25, "invalid characters in text string" },
	{ 26, "dial string too long" }, { 27, "invalid characters in dial string" },
	{ 30, "no network service" }, { 31, "network timeout" },
	{ 32, "network not allowed - emergency calls only" },
	{ 40, "network personalization pin required" },
	{ 41, "network personalization puk required" },
	{ 42, "network subset personalization pin required" },
	{ 43, "network subset personalization puk required" },
	{ 44, "service provider personalization pin required" },
	{ 45, "service provider personalization puk required" },
	{ 46, "corporate personalization pin required" },
	{ 47, "corporate personalization puk required" }, { 48, "hidden key required" },
	{ 49, "eap method not supported" }, { 50, "incorrect parameters" }, { 100, "unknown" },
	{ 103, "illegal ms" }, { 106, "illegal me" }, { 107, "gprs services not allowed" },
	{ 111, "plmn not allowed" }, { 112, "location area not allowed" },
	{ 113, "roaming not allowed in this location area" },
	{ 132, "service option not supported" },
	{ 133, "requested service option not subscribed" },
	{ 134, "service option temporarily out of order" },
	{ 148, "unspecified gprs error" }, { 149, "pdp authentication failure" },
	{ 150, "invalid mobile class" },
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof *(table))

static enum atcode_class class_of(const struct range *table, size_t n, int code)
{
	for (size_t i = 0; i < n; i++)
		if (code >= table[i].first && code <= table[i].last)
			return table[i].class;
	return ATCODE_PASSING; /* unknown, maker's, or no number at all */
}

enum atcode_class atcode_cms(int code)
{
	return class_of(cms, COUNT(cms), code);
}

enum atcode_class atcode_cme(int code)
{
	return class_of(cme, COUNT(cme), code);
}

static int code_of(const struct words *table, size_t n, const char *words)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(table[i].text, words) == 0)
			return table[i].code;
	return ATCODE_UNKNOWN;
}

int atcode_cms_of(const char *words)
{
	return code_of(cms_words, COUNT(cms_words), words);
}

int atcode_cme_of(const char *words)
{
	return code_of(cme_words, COUNT(cme_words), words);
}

const char *atcode_class_name(enum atcode_class c)
{
	static const char *const names[] = { "none", "number", "card", "passing", "modem", "ours",
		"unsure", "sent" };

	return names[c];
}
