#include "phone_number.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "banned.h"

enum { NUMBER_TEXT = PHONE_NUMBER_TEXT, EXTENSION_MAX = 6 };

/* First five digits. The first row that fits decides; what no row names is unassigned. */
/* clang-format off */
static const struct { int lo, hi; unsigned flags; } prefixes[] = {
	{ 13490, 13499, PHONE_SATELLITE }, { 17490, 17499, PHONE_SATELLITE },
	{ 17400, 17405, PHONE_SATELLITE }, { 17406, 17412, PHONE_EMERGENCY },
	{ 17413, 17489, PHONE_UNASSIGNED },
	{ 14500, 14599, PHONE_DATACARD },  { 14700, 14799, PHONE_DATACARD },
	{ 14900, 14999, PHONE_DATACARD },
	{ 16200, 16299, PHONE_VIRTUAL },   { 16500, 16599, PHONE_VIRTUAL },
	{ 16700, 16799, PHONE_VIRTUAL },   { 17000, 17199, PHONE_VIRTUAL },
	{ 13000, 13999, 0 }, { 15000, 15399, 0 }, { 15500, 15999, 0 }, { 16600, 16699, 0 },
	{ 17200, 17399, 0 }, { 17500, 17899, 0 }, { 18000, 19399, 0 }, { 19500, 19999, 0 },
};

/* Numbers of offices and companies: how they begin and how many digits they have. */
static const struct { const char *prefix; size_t least, most; } services[] = {
	{ "110", 3, 3 }, { "119", 3, 3 }, { "120", 3, 3 }, { "122", 3, 3 }, { "114", 3, 3 },
	{ "100", 5, 5 }, { "101", 5, 5 }, { "116", 5, 6 }, { "118", 5, 6 }, { "111", 5, 5 },
	{ "12", 5, 5 },  { "95", 5, 8 },  { "96", 5, 6 },  { "400", 10, 10 }, { "800", 10, 10 },
	{ "1065", 8, 20 }, { "1066", 8, 20 }, { "1068", 8, 20 }, { "1069", 8, 20 },
};

static const char *const iot_prefixes[] = { "1410", "1440", "1441", "146", "148" };
/* clang-format on */

static size_t digits_in(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += isdigit((unsigned char)*s) != 0;
	return n;
}

static bool all_digits(const char *s)
{
	return *s != '\0' && s[strspn(s, "0123456789")] == '\0';
}

/* 1.38E+10 -> digits when all of them are there. */
static enum phone_rc from_scientific(const char *s, char *digits, size_t n)
{
	size_t len = 0;
	const char *e = strpbrk(s, "eE");
	long exponent = 0;

	for (const char *p = s; p < e && len + 1 < n; p++) {
		if (isdigit((unsigned char)*p))
			digits[len++] = *p;
		else if (*p != '.' || p != s + 1)
			return PHONE_BAD_CHARS;
	}
	digits[len] = '\0';
	e++;
	if (*e == '+')
		e++;
	if (!all_digits(e) || strlen(e) > 2 || len == 0)
		return PHONE_BAD_CHARS;
	for (; *e != '\0'; e++)
		exponent = exponent * 10 + (*e - '0');
	return (long)len == exponent + 1 ? PHONE_OK : PHONE_EXCEL_DAMAGED;
}

static enum phone_rc take_mask(const char *s, struct phone *out)
{
	size_t n = 0;

	if (s[strspn(s, "0123456789*+-(). #")] != '\0')
		return PHONE_BAD_CHARS;
	for (; *s != '\0' && n + 1 < sizeof out->text; s++)
		if (isdigit((unsigned char)*s) || *s == '*')
			out->text[n++] = *s;
	out->text[n] = '\0';
	return PHONE_MASKED;
}

static unsigned prefix_flags(const char *digits)
{
	int five = 0;

	for (int i = 0; i < 5; i++)
		five = five * 10 + (digits[i] - '0');
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (five >= prefixes[i].lo && five <= prefixes[i].hi)
			return prefixes[i].flags;
	return PHONE_UNASSIGNED;
}

bool phone_number_is_mobile(const char *digits)
{
	return strlen(digits) == 11 && digits[0] == '1' && digits[1] >= '3';
}

static bool is_service(const char *digits)
{
	size_t len = strlen(digits);

	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (strncmp(digits, services[i].prefix, strlen(services[i].prefix)) == 0 &&
			len >= services[i].least && len <= services[i].most)
			return true;
	return false;
}

static bool is_iot(const char *digits)
{
	if (strlen(digits) != 13)
		return false;
	for (size_t i = 0; i < sizeof iot_prefixes / sizeof *iot_prefixes; i++)
		if (strncmp(digits, iot_prefixes[i], strlen(iot_prefixes[i])) == 0)
			return true;
	return false;
}

/* The digits of the area code in front, or 0: 010, 02x, 0[3-9]xx. */
static size_t area_length(const char *digits)
{
	if (digits[0] != '0' || strlen(digits) < 3)
		return 0;
	if (digits[1] == '2' || strncmp(digits, "010", 3) == 0)
		return 3;
	return digits[1] >= '3' && strlen(digits) >= 4 ? 4 : 0;
}

static bool is_landline(const char *digits)
{
	size_t area = area_length(digits), rest = area == 0 ? 0 : strlen(digits) - area;

	if (area == 0 || digits[area] < '2' || digits[area] > '8')
		return false;
	return rest == 8 || (rest == 7 && area == 4);
}

static enum phone_rc give(struct phone *out, enum phone_class kind, const char *text)
{
	out->kind = kind;
	snprintf(out->text, sizeof out->text, "%s", text);
	return PHONE_OK;
}

static enum phone_rc give_landline(struct phone *out, const char *digits, const char *extension)
{
	int area = (int)area_length(digits);

	out->kind = PHONE_LANDLINE;
	snprintf(out->text, sizeof out->text, "%.*s-%s%s%s", area, digits, digits + area,
		*extension != '\0' ? "-" : "", extension);
	return PHONE_OK;
}

static enum phone_rc give_mobile(struct phone *out, const char *digits, unsigned more)
{
	out->flags |= prefix_flags(digits) | more;
	return give(out, PHONE_MOBILE, digits);
}

static enum phone_rc overseas(const char *digits, struct phone *out)
{
	size_t len = strlen(digits);
	char text[PHONE_MAX];

	if (digits[0] == '0' || len < 7)
		return len < 7 ? PHONE_TOO_SHORT : PHONE_NOT_A_PHONE;
	if (len > 15)
		return PHONE_TOO_LONG;
	snprintf(text, sizeof text, "+%s", digits);
	return give(out, PHONE_OVERSEAS, text);
}

/* Seven or eight digits that only make sense with the area code of the place. */
static enum phone_rc local_number(
	const char *digits, const char *extension, const char *area, struct phone *out)
{
	char full[NUMBER_TEXT];

	if (area == NULL || *area == '\0')
		return PHONE_NO_AREA;
	snprintf(full, sizeof full, "%.8s%s", area, digits);
	if (!is_landline(full))
		return PHONE_NOT_A_PHONE;
	out->flags |= PHONE_AREA_ASSUMED;
	return give_landline(out, full, extension);
}

static enum phone_rc by_length(const char *digits)
{
	size_t len = strlen(digits);

	if (digits[0] == '1')
		return len < 11 ? PHONE_TOO_SHORT : len > 11 ? PHONE_TOO_LONG : PHONE_BAD_PREFIX;
	if (digits[0] == '0')
		return len < 7 ? PHONE_TOO_SHORT : len > 13 ? PHONE_TOO_LONG : PHONE_NOT_A_PHONE;
	return len < 7 ? PHONE_TOO_SHORT : len > 12 ? PHONE_TOO_LONG : PHONE_NOT_A_PHONE;
}

/* Digits alone, the country code already gone; china: it was there, so no 0 is needed. */
static enum phone_rc domestic(
	const char *digits, const char *extension, bool china, const char *area, struct phone *out)
{
	size_t len = strlen(digits);
	char zero[NUMBER_TEXT + 1];

	if (phone_number_is_mobile(digits))
		return give_mobile(out, digits, 0);
	if (len == 12 && digits[0] == '0' && phone_number_is_mobile(digits + 1))
		return give_mobile(out, digits + 1, china ? 0 : PHONE_OLD_ZERO);
	if (is_iot(digits))
		return give(out, PHONE_IOT, digits);
	if (is_service(digits))
		return give(out, PHONE_SERVICE, digits);
	if (is_landline(digits))
		return give_landline(out, digits, extension);
	snprintf(zero, sizeof zero, "0%s", digits);
	if (china && is_landline(zero))
		return give_landline(out, zero, extension);
	if ((len == 7 || len == 8) && digits[0] >= '2' && digits[0] <= '8')
		return local_number(digits, extension, area, out);
	return by_length(digits);
}

/* 86 without a plus is a country code only when a whole number stands behind it. */
static bool bare_86(const char *digits)
{
	char zero[NUMBER_TEXT + 1];
	const char *rest = digits + 2;

	if (digits[0] == '0' && digits[1] == '8')
		rest++, digits++;
	if (strncmp(digits, "86", 2) != 0)
		return false;
	snprintf(zero, sizeof zero, "0%s", rest);
	return phone_number_is_mobile(rest) || is_landline(zero) || is_landline(rest);
}

static enum phone_rc dial(
	const char *digits, bool plus, const char *extension, const char *area, struct phone *out)
{
	if (plus || (strncmp(digits, "00", 2) == 0 && strlen(digits) > 8)) {
		const char *abroad = plus ? digits : digits + 2;

		if (strncmp(abroad, "86", 2) == 0)
			return domestic(abroad + 2, extension, true, area, out);
		return overseas(abroad, out);
	}
	if (bare_86(digits))
		return domestic(digits + (digits[0] == '0' ? 3 : 2), extension, true, area, out);
	return domestic(digits, extension, false, area, out);
}

/*
 * The extension behind '#', or the third group of 021-55550000-802. False: longer than any is; cut
 * short it would be another's.
 */
static bool split_extension(char *s, char extension[EXTENSION_MAX + 1])
{
	char *mark = strchr(s, '#'), *hyphen = strrchr(s, '-'), digits[NUMBER_TEXT] = "";
	size_t len = 0;

	*extension = '\0';
	if (mark == NULL && hyphen != NULL && strlen(hyphen + 1) <= EXTENSION_MAX &&
		hyphen[1] != '\0') {
		for (const char *p = s; p < hyphen; p++)
			if (isdigit((unsigned char)*p))
				digits[len++] = *p;
		digits[len] = '\0';
		if (is_landline(digits + (strncmp(digits, "0086", 4) == 0 ? 4 : 0)))
			mark = hyphen;
	}
	if (mark == NULL)
		return true;
	len = 0;
	for (const char *p = mark; *p != '\0'; p++) {
		if (!isdigit((unsigned char)*p))
			continue;
		if (len == EXTENSION_MAX)
			return false;
		extension[len++] = *p;
	}
	extension[len] = '\0';
	*mark = '\0';
	return true;
}

/* Drops what people put between digits; false when something else is there. */
static bool squeeze(const char *s, char *out)
{
	size_t len = strlen(s);

	if (len > 2 && strcmp(s + len - 2, ".0") == 0 && digits_in(s) == len - 1)
		len -= 2;
	for (size_t i = 0; i < len; i++) {
		if (isdigit((unsigned char)s[i]) || s[i] == '-' || s[i] == '#' || s[i] == '+')
			*out++ = s[i];
		else if (strchr(" ().", s[i]) == NULL)
			return false;
	}
	*out = '\0';
	return true;
}

enum phone_rc phone_number_read(const char *s, const char *area, struct phone *out)
{
	char text[NUMBER_TEXT] = "", extension[EXTENSION_MAX + 1], digits[NUMBER_TEXT] = "";
	size_t n = 0;
	enum phone_rc rc;
	bool plus;

	if (strchr(s, '*') != NULL)
		return take_mask(s, out);
	if (strpbrk(s, "eE") != NULL && isdigit((unsigned char)*s)) {
		rc = from_scientific(s, digits, sizeof digits);
		return rc == PHONE_OK ? dial(digits, false, "", area, out) : rc;
	}
	if (!squeeze(s, text) || digits_in(text) == 0)
		return PHONE_BAD_CHARS;
	plus = text[0] == '+';
	if (strchr(text + plus, '+') != NULL)
		return PHONE_BAD_CHARS;
	if (!split_extension(text, extension))
		return PHONE_TOO_LONG;
	for (const char *p = text; *p != '\0'; p++)
		if (isdigit((unsigned char)*p))
			digits[n++] = *p;
	digits[n] = '\0';
	if (!plus && digits[strspn(digits, "0")] == '\0')
		return PHONE_EMPTY;
	return dial(digits, plus, extension, area, out);
}
