/*
 * atcode.h - what the error codes of a modem mean for a message (27.005 3.2.5, 27.007 9.2,
 * 24.011 8.2.5.4, 23.040 9.2.3.22). Tables; a new code is a row.
 */
#ifndef QUANZU_ATCODE_H
#define QUANZU_ATCODE_H

enum atcode_class {
	ATCODE_NONE,    /* says nothing about a message */
	ATCODE_NUMBER,  /* no second try to this number on any card */
	ATCODE_CARD,    /* this card cannot: another card or channel at once */
	ATCODE_PASSING, /* again later, at most three times on this card */
	ATCODE_MODEM,   /* cure the modem first, then again without counting */
	ATCODE_OURS,    /* our PDU or command is wrong: no retry, look at it */
	ATCODE_UNSURE,  /* the acknowledgement was missing, not the message */
	ATCODE_SENT     /* an earlier try had arrived */
};

enum { ATCODE_UNKNOWN = -1 };

enum atcode_class atcode_cms(int code); /* any number, ATCODE_UNKNOWN too */
enum atcode_class atcode_cme(int code);
int atcode_cms_of(const char *words); /* letters of either case; ATCODE_UNKNOWN */
int atcode_cme_of(const char *words);
const char *atcode_class_name(enum atcode_class c); /* number, card, passing, ... */

#endif
