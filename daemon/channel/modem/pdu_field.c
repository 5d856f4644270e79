/* pdu_field.c - the small fields of a short message: addresses, times, validity, status. */
#include "pdu.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "gsm7.h"
#include "text.h"

#include "banned.h"

static const char digits[] = "0123456789*#abc";

enum {
	TOA_KIND = 0x70, /* bits of the number's kind */
	TOA_INTERNATIONAL = 0x10,
	TOA_LETTERS = 0x50,
	LETTERS_MAX = 11
};

bool pdu_is_alphanumeric(uint8_t toa)
{
	return (toa & TOA_KIND) == TOA_LETTERS;
}

static size_t digits_only(const char *s, char out[PDU_NUMBER_SIZE])
{
	size_t n = 0;

	for (; *s != '\0' && n + 1 < PDU_NUMBER_SIZE; s++)
		if (*s >= '0' && *s <= '9')
			out[n++] = *s;
	out[n] = '\0';
	return n;
}

bool pdu_same_number(const char *a, const char *b)
{
	char x[PDU_NUMBER_SIZE], y[PDU_NUMBER_SIZE];
	size_t n = digits_only(a, x), m = digits_only(b, y);
	size_t tail = n < m ? n : m;

	if (tail > 11)
		tail = 11;
	if (tail < 7)
		return n == m && n > 0 && strcmp(x, y) == 0;
	return memcmp(x + n - tail, y + m - tail, tail) == 0;
}

/* `count` semi-octets, low nibble first. A filler inside the count is stepped over. */
static void read_digits(const uint8_t *octets, size_t count, struct pdu_address *out)
{
	size_t used = 0;

	if ((out->toa & TOA_KIND) == TOA_INTERNATIONAL && count > 0)
		out->number[used++] = '+';
	for (size_t i = 0; i < count; i++) {
		unsigned nibble = (octets[i / 2] >> (i % 2 * 4)) & 0x0F;

		if (nibble < 15)
			out->number[used++] = digits[nibble];
	}
	out->number[used] = '\0';
}

static void read_letters(const uint8_t *octets, size_t count, struct pdu_address *out)
{
	uint8_t septets[LETTERS_MAX];
	uint16_t units[LETTERS_MAX];
	size_t n = count * 4 / 7, used = 0;

	if (n > LETTERS_MAX)
		n = LETTERS_MAX;
	n = gsm7_decode(septets, gsm7_unpack(octets, (count + 1) / 2, 0, n, septets), units);
	for (size_t i = 0; i < n; i++)
		used += text_put(units[i], out->number + used);
	out->number[used] = '\0';
}

size_t pdu_address_decode(const uint8_t *octets, size_t n, bool smsc, struct pdu_address *out)
{
	size_t count, length;

	*out = (struct pdu_address){ .toa = 0 };
	if (n == 0)
		return 0;
	if (smsc && octets[0] == 0)
		return 1;
	count = smsc ? 2 * (size_t)(octets[0] - 1) : octets[0];
	length = 2 + (count + 1) / 2;
	if (count > PDU_NUMBER_MAX || length > n)
		return 0;
	out->toa = octets[1];
	if (pdu_is_alphanumeric(out->toa))
		read_letters(octets + 2, count, out);
	else
		read_digits(octets + 2, count, out);
	return length;
}

static size_t write_letters(const char *letters, uint8_t toa, uint8_t out[12])
{
	uint8_t septets[LETTERS_MAX];
	size_t count;

	if (!gsm7_encode(letters, strlen(letters), septets, LETTERS_MAX, &count) || count == 0)
		return 0;
	out[0] = (uint8_t)((count * 7 + 3) / 4);
	out[1] = toa;
	gsm7_pack(septets, count, 0, out + 2);
	return 2 + gsm7_octets(count, 0);
}

size_t pdu_address_encode(const char *number, uint8_t toa, bool smsc, uint8_t out[12])
{
	bool plus = number[0] == '+';
	const char *s = number + plus;
	size_t count = strlen(s), octets = (count + 1) / 2;

	if (pdu_is_alphanumeric(toa))
		return smsc ? 0 : write_letters(number, toa, out);
	if (count == 0 || count > PDU_NUMBER_MAX)
		return 0;
	memset(out, 0, 12);
	for (size_t i = 0; i < count; i++) {
		const char *at = strchr(digits, s[i]);

		if (at == NULL)
			return 0;
		out[2 + i / 2] = (uint8_t)(out[2 + i / 2] | (unsigned)(at - digits) << (i % 2 * 4));
	}
	if (count % 2 == 1)
		out[1 + octets] |= 0xF0;
	out[0] = (uint8_t)(smsc ? octets + 1 : count);
	out[1] = toa != 0 ? toa : plus ? 0x91 : 0x81;
	return 2 + octets;
}

/* Days since 1970-01-01; the year begins in March so that the leap day is the last one. */
static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400;
	int64_t of_era = y - era * 400,
		of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static int days_in(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
		       ? 29
		       : days[month - 1];
}

int64_t pdu_time_ms(const struct pdu_time *t)
{
	if (!t->known)
		return 0;
	return (((days_of(t->year, t->month, t->day) * 24 + t->hour) * 60 + t->minute - t->zone) *
			       60 +
		       t->second) *
	       1000;
}

void pdu_time_of_ms(int64_t ms, int zone, struct pdu_time *out)
{
	int64_t seconds = ms / 1000 + (int64_t)zone * 60, days = seconds / 86400;
	int rest = (int)(seconds % 86400);

	*out = (struct pdu_time){ .known = true, .year = 1970, .month = 1, .zone = zone };
	out->minus = zone < 0;
	out->hour = rest / 3600;
	out->minute = rest / 60 % 60;
	out->second = rest % 60;
	while (days >= 365 + (days_in(out->year, 2) == 29))
		days -= 365 + (days_in(out->year++, 2) == 29);
	while (days >= days_in(out->year, out->month))
		days -= days_in(out->year, out->month++);
	out->day = (int)days + 1;
}

char *pdu_time_iso(const struct pdu_time *t, char out[PDU_ISO_SIZE])
{
	int zone = t->zone < 0 ? -t->zone : t->zone;

	out[0] = '\0';
	if (t->known)
		snprintf(out, PDU_ISO_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u%c%02u:%02u",
			(unsigned)t->year % 10000, (unsigned)t->month % 100, (unsigned)t->day % 100,
			(unsigned)t->hour % 100, (unsigned)t->minute % 100,
			(unsigned)t->second % 100, t->minus ? '-' : '+', (unsigned)zone / 60 % 100,
			(unsigned)zone % 60);
	return out;
}

bool pdu_time_decode(const uint8_t *octets, size_t n, struct pdu_time *out)
{
	int v[PDU_TIME_OCTETS];

	*out = (struct pdu_time){ .known = false };
	if (n != PDU_TIME_OCTETS)
		return false;
	for (size_t i = 0; i < PDU_TIME_OCTETS; i++) {
		int tens = octets[i] & 0x0F, ones = octets[i] >> 4;

		if (i == PDU_TIME_OCTETS - 1)
			tens &= 7; /* the fourth bit is the sign */
		if (tens > 9 || ones > 9)
			return false;
		v[i] = tens * 10 + ones;
	}
	v[0] += 2000;
	if (v[1] < 1 || v[1] > 12 || v[2] < 1 || v[2] > days_in(v[0], v[1]))
		return false;
	if (v[3] > 23 || v[4] > 59 || v[5] > 59)
		return false;
	*out = (struct pdu_time){ true, v[0], v[1], v[2], v[3], v[4], v[5], v[6] * 15,
		(octets[6] & 0x08) != 0 };
	if (out->minus)
		out->zone = -out->zone;
	return true;
}

static uint8_t swapped(int value)
{
	return (uint8_t)(value / 10 % 10 | value % 10 << 4);
}

void pdu_time_encode(const struct pdu_time *t, uint8_t out[PDU_TIME_OCTETS])
{
	int quarters = (t->zone < 0 ? -t->zone : t->zone) / 15;

	memset(out, 0, PDU_TIME_OCTETS);
	if (!t->known)
		return;
	out[0] = swapped(t->year % 100);
	out[1] = swapped(t->month);
	out[2] = swapped(t->day);
	out[3] = swapped(t->hour);
	out[4] = swapped(t->minute);
	out[5] = swapped(t->second);
	out[6] = swapped(quarters % 80);
	if (t->minus)
		out[6] |= 0x08;
}

enum pdu_outcome pdu_outcome(uint8_t status)
{
	if (status <= 0x02 || (status >= 0x10 && status <= 0x1F))
		return PDU_DELIVERED;
	if (status >= 0x20 && status <= 0x3F)
		return PDU_PENDING;
	return PDU_FAILED;
}

const char *pdu_outcome_name(enum pdu_outcome o)
{
	static const char *const names[] = { "delivered", "pending", "failed" };

	return names[o];
}

int pdu_vp_minutes(uint8_t vp)
{
	if (vp <= 143)
		return (vp + 1) * 5;
	if (vp <= 167)
		return 12 * 60 + (vp - 143) * 30;
	if (vp <= 196)
		return (vp - 166) * 24 * 60;
	return (vp - 192) * 7 * 24 * 60;
}

uint8_t pdu_vp_of_minutes(int minutes)
{
	int low = 0, high = 255;

	while (low < high) {
		int mid = (low + high) / 2;

		if (pdu_vp_minutes((uint8_t)mid) < minutes)
			low = mid + 1;
		else
			high = mid;
	}
	return (uint8_t)low;
}

const char *pdu_rc_name(enum pdu_rc rc)
{
	static const char *const names[] = { "ok", "not-hex", "too-long", "cut", "reserved-type",
		"bad-address", "bad-header", "bad-text", "too-many-parts", "bad-value" };

	assert((size_t)rc < sizeof names / sizeof *names);
	return names[rc];
}
