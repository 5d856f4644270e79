/*
 * pdu.h - short messages as octets: reading and writing (3GPP 23.040 9.1.2, 9.2.2, 9.2.3).
 *
 * Pure: hex digits in, a struct out, and back. No allocation, no clock, no I/O; whatever the
 * input, no byte outside it is read. Reading goes through one cursor that checks every length.
 *
 * Reading:  pdu_decode(hex, n, PDU_WITH_SMSC, &p); then p.dir says which fields count.
 *           pdu_text(p.units, p.unit_count, &buf) makes UTF-8 of a message that stands alone;
 *           parts of a long one are joined first (concat.h), since a character may be cut.
 * Writing:  pdu_split(text, n, PDU_AUTO, 8, max, &split); then for part 1 .. split.parts
 *           pdu_encode_submit() (or _deliver, as a network does) gives the hex of one part.
 */
#ifndef QUANZU_PDU_H
#define QUANZU_PDU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum {
	PDU_HEX_MAX = 1024,   /* digits; longer input is refused */
	PDU_UD_MAX = 255,     /* octets or septets that a length octet can promise */
	PDU_NUMBER_MAX = 20,  /* digits of an address */
	PDU_NUMBER_SIZE = 48, /* "+", 20 digits, or 11 characters of up to 3 bytes, and NUL */
	PDU_PARTS_MAX = 255,
	PDU_TIME_OCTETS = 7,
	PDU_ISO_SIZE = 32,
	PDU_FINGERPRINT = 32
};

enum pdu_dir {
	PDU_DELIVER, /* from the network: somebody wrote to us */
	PDU_SUBMIT,  /* to the network; on a card: our own copy */
	PDU_STATUS   /* from the network: what became of ours */
};

/* Decoding results. All but PDU_OK mean: no message; keep the hex, count it, go on. */
enum pdu_rc {
	PDU_OK,
	PDU_NOT_HEX,     /* empty, odd number of digits, or another character */
	PDU_TOO_LONG,    /* more than PDU_HEX_MAX digits */
	PDU_CUT,         /* ends before the length of the text, a report before its status */
	PDU_RESERVED,    /* message type 11 */
	PDU_BAD_ADDRESS, /* more than 20 digits (read); not a number we may write (write) */
	PDU_BAD_HEADER,  /* the header claims to be longer than the user data */
	PDU_BAD_TEXT,    /* write: not UTF-8, or not in the alphabet that was asked for */
	PDU_TOO_MANY,    /* write: more parts than allowed */
	PDU_BAD_VALUE    /* write: a parameter out of its range */
};
const char *pdu_rc_name(enum pdu_rc rc); /* "ok", "not-hex", ... for logs and counters */

enum pdu_alphabet { PDU_AUTO, PDU_GSM7, PDU_8BIT, PDU_UCS2 };

/* A time stamp as it stands (9.2.3.11): local time and its zone. */
struct pdu_time {
	bool known; /* false: unreadable; use the time of arrival */
	int year, month, day, hour, minute, second;
	int zone;   /* minutes east of UTC */
	bool minus; /* the sign bit, to keep -00:00 */
};
int64_t pdu_time_ms(const struct pdu_time *t);                        /* UTC; 0 when not known */
void pdu_time_of_ms(int64_t ms, int zone, struct pdu_time *out);      /* zone: minutes, of 15 */
char *pdu_time_iso(const struct pdu_time *t, char out[PDU_ISO_SIZE]); /* "" when not known */
bool pdu_time_decode(const uint8_t *octets, size_t n, struct pdu_time *out);
void pdu_time_encode(const struct pdu_time *t, uint8_t out[PDU_TIME_OCTETS]);

struct pdu_address {
	char number
		[PDU_NUMBER_SIZE]; /* "+86138...", "10690...", "*138#", or letters when alphanumeric */
	uint8_t toa;               /* type of address; 0 when the field is absent */
};
/* An address is alphanumeric (a name, never to be answered). */
bool pdu_is_alphanumeric(uint8_t toa);
/* Same subscriber? Compares the last min(11, shorter) digits, at least 7; shorter ones must be equal. */
bool pdu_same_number(const char *a, const char *b);

enum pdu_vp { PDU_VP_NONE, PDU_VP_RELATIVE, PDU_VP_ENHANCED, PDU_VP_ABSOLUTE };

struct pdu {
	enum pdu_dir dir;
	uint8_t first; /* first octet with all its flags */
	struct pdu_address smsc;
	struct pdu_address address; /* sender (DELIVER), recipient (SUBMIT, STATUS) */
	size_t tpdu_len;            /* octets without the service centre field: n of AT+CMGS=n */
	size_t trailing;            /* octets left over behind it */

	bool has_pid, has_dcs, has_ud; /* always true but for a report without them */
	uint8_t pid, dcs;
	enum pdu_alphabet alphabet;
	bool compressed;
	int msg_class; /* 0 flash .. 3; -1 none */
	bool srr;      /* report asked for (SUBMIT), will be sent (DELIVER) */
	bool rd;       /* reject duplicates (SUBMIT) */

	struct pdu_time scts; /* DELIVER, STATUS: when the centre got it */
	struct pdu_time dt;   /* STATUS: when it was handed over or given up */
	uint8_t scts_raw[PDU_TIME_OCTETS];
	uint8_t mr;     /* SUBMIT, STATUS */
	uint8_t status; /* STATUS */

	enum pdu_vp vp_form; /* SUBMIT */
	uint8_t vp[PDU_TIME_OCTETS];
	struct pdu_time vp_time; /* of PDU_VP_ABSOLUTE */

	bool udhi, udh_error;   /* udh_error: the header is unusable, the text is not */
	unsigned ref, ref_bits; /* concatenation; ref_bits 0: stands alone, else 8 or 16 */
	unsigned parts, part;   /* 1-based */
	unsigned dst_port, src_port, port_bits; /* port_bits 0: none */
	int nat_locking, nat_single;            /* national tables named by the header; -1 none */

	uint8_t ud[PDU_UD_MAX];     /* user data as it came, header included */
	size_t ud_len, udh_len;     /* udh_len counts its own length octet; 0: no header */
	bool has_text;              /* false: 8-bit or compressed; the data are ud + udh_len */
	size_t septets;             /* GSM-7: of the text alone */
	uint16_t units[PDU_UD_MAX]; /* the text in UTF-16; may hold U+0000 and half pairs */
	size_t unit_count;
};

enum pdu_form {
	PDU_WITH_SMSC, /* as modems give it: begins with the service centre field */
	PDU_BARE       /* begins with the first octet of the TPDU */
};
enum pdu_rc pdu_decode(const char *hex, size_t n, enum pdu_form form, struct pdu *out);
/*
 * As pdu_decode() with the service centre field; when that fails and the modem's header
 * gives a length (`told`, 0 none) that equals the whole, as a bare TPDU: some modems write
 * +CMT and +CDS so.
 */
enum pdu_rc pdu_decode_told(const char *hex, size_t n, size_t told, struct pdu *out);

/* Appends UTF-16 units as UTF-8; half a pair becomes U+FFFD. */
void pdu_text(const uint16_t *units, size_t n, struct buf *out);
/* The same message by another way or again: SHA-256 of number, time stamp, header, data, status. */
void pdu_fingerprint(const struct pdu *p, uint8_t out[PDU_FINGERPRINT]);
/* What is not a person's answer though it is a DELIVER (message waiting, type 0, ports, card data, binary). */
bool pdu_is_service(const struct pdu *p);

enum pdu_outcome { PDU_DELIVERED, PDU_PENDING, PDU_FAILED };
enum pdu_outcome pdu_outcome(uint8_t status);     /* 9.2.3.15 */
const char *pdu_outcome_name(enum pdu_outcome o); /* delivered, pending, failed */
int pdu_vp_minutes(uint8_t vp);                   /* relative validity, 9.2.3.12.1 */
uint8_t pdu_vp_of_minutes(int minutes);           /* the shortest one that is not shorter */

/* Where a text is cut. start[i] .. start[i + 1] are the bytes of part i + 1. */
struct pdu_split {
	enum pdu_alphabet alphabet; /* PDU_GSM7 or PDU_UCS2 */
	unsigned ref_bits;          /* 8 or 16; does not matter when parts is 1 */
	unsigned parts;             /* 1 .. 255 */
	uint32_t start[PDU_PARTS_MAX + 1];
};
/*
 * Cuts n bytes of UTF-8. PDU_AUTO takes GSM-7 when every character is in it, else UCS-2.
 * PDU_TOO_MANY above max_parts (at most 255), PDU_BAD_TEXT when it is not UTF-8 or does not
 * fit the alphabet asked for. An escape pair or a surrogate pair is never cut.
 */
enum pdu_rc pdu_split(const char *text, size_t n, enum pdu_alphabet alphabet, unsigned ref_bits,
	unsigned max_parts, struct pdu_split *out);

/* A message to be written; zero values are the usual ones but for dcs and vp. */
struct pdu_message {
	const char *smsc;   /* NULL or "": length octet 00, the modem puts its own */
	const char *number; /* recipient (SUBMIT), sender (DELIVER) */
	uint8_t toa;        /* 0: 0x91 with "+", else 0x81; 0xD0: number is letters */
	uint8_t mr, pid;
	int dcs;              /* -1: 0x00 or 0x08 by the alphabet; flash: 0x10, 0x18 */
	bool srr;             /* ask for a report (SUBMIT); a report will be sent (DELIVER) */
	bool rd;              /* SUBMIT: reject duplicates */
	int vp;               /* SUBMIT: relative validity octet, -1 none */
	unsigned ref;         /* of several parts, 8 or 16 bits as the split says */
	struct pdu_time scts; /* DELIVER */
};
/* Writes part `part` (1-based) in upper case with NUL; *tpdu_len is the n of AT+CMGS=n. */
enum pdu_rc pdu_encode_submit(const struct pdu_message *m, const char *text,
	const struct pdu_split *split, unsigned part, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len);
enum pdu_rc pdu_encode_deliver(const struct pdu_message *m, const char *text,
	const struct pdu_split *split, unsigned part, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len);

struct pdu_report {
	const char *smsc, *number;
	uint8_t toa, mr, status; /* toa as above */
	struct pdu_time scts, dt;
};
enum pdu_rc pdu_encode_status(
	const struct pdu_report *r, char hex[PDU_HEX_MAX + 1], size_t *tpdu_len);

/* Address fields alone. `smsc` true: its length counts octets with the type. Returns octets, 0 on error. */
size_t pdu_address_encode(const char *number, uint8_t toa, bool smsc, uint8_t out[12]);
size_t pdu_address_decode(const uint8_t *octets, size_t n, bool smsc, struct pdu_address *out);

#endif
