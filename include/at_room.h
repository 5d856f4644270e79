/* at_room.h - what the files of the AT engine call of each other. Nobody else includes it. */
#ifndef QUANZU_AT_ROOM_H
#define QUANZU_AT_ROOM_H

#include "at.h"

/* at.c */
struct at_event at_blank(enum at_kind kind, const char *line, size_t len);
void at_emit(struct at *at, const struct at_event *e);
/* Splits "+NAME: rest"; NULL when the line has not that form. */
const char *at_name(const char *line, char name[AT_NAME_MAX]);

/* at_header.c: +CMT, +CDS, and the answers +CMGR and +CMGL are a header, then a line of hex (rule 2.8). */

/* False: the header itself cannot be used. With the PDU on the same line it is done at once. */
bool at_header_begins(struct at *at, const char *name, const char *line, bool own);
bool at_header_takes(const struct at *at, const char *line, size_t len); /* is it the PDU? */
void at_header_done(struct at *at, const char *pdu); /* NULL: it said that there is none */
/* It has lost its PDU, unless it said that there is none. `line`: what came instead. */
void at_header_lost(struct at *at, const char *line, size_t len);
void at_header_over(struct at *at); /* the same, if one waits, with "no PDU" */

#endif
