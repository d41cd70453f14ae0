"""One small program, complete: what the key reference shows, and what its test loads."""

from __future__ import annotations

PROGRAM = """\
# yaml-language-server: $schema=.pitcairn/schema/program.json
program: Lantern Books
purpose: Help people find their next book, and otherwise leave them in peace.
currency: EUR
time_zone: Europe/Amsterdam

locations:
  canal-street: Canal Street
  station: Station

sources:
  members:                        # wide: a row a customer
    kind: wide
    files: data/members.parquet
    customer: member_id
    columns: {shop: home_shop_code}   # our word: the file's column
  purchases:                      # events: a row for every time something happened
    kind: events
    files: data/purchases-*.csv
    customer: member_id
    time: bought_on
  letters:
    kind: events
    files: data/letters.csv
    customer: member_id
    time: sent_on

measures:
  came_back:
    label: Bought a book
    kind: any                     # did it happen at all: a share of customers
    source: purchases
    where: {department: [fiction, children]}
    unit: buyers
    usual: 12%
  spend:
    label: Spend
    kind: sum
    source: purchases
    column: amount
    money: true
    cap: 200                      # stated before launch
    before: spend_last_month
  unsubscribed:
    label: Asked us to stop writing
    kind: any
    source: letters
    where: {answer: stop}
    better: down
    usual: 4 per 1000

groups:
  age:
    label: Age
    column: age
    cuts: [30, 60]                # below 30, 30 to below 60, 60 and more
  reader:
    label: Kind of reader
    levels:                       # the first that fits wins
      For children: {children_books: {at_least: 3}}
      For themselves: {children_books: {below: 3}}

contact_policy:
  opt_out:
    - {source: members, where: {may_write: false}}
  caps:
    - {source: letters, at_most: 2, within: 28 days}
"""

PILOT = """\
# yaml-language-server: $schema=../../.pitcairn/schema/pilot.json
title: A card from the bookseller
owner: Noor, Canal Street
scope: {location: canal-street}
challenge: nurture

customer:
  audience: Members who have not bought for three months.
  behaviour: Come in and leave with a book they want to read tonight.
  barriers:
    - They do not know what is new for a reader like them.
  benefits:
    - Someone who knows books has chosen three for them.
  competing:
    - The large web shop's recommendations.
  segments:
    - Parents and grandparents
    - People who read for themselves

customers:
  source: members
  keep:
    shop: CS01
    months_since_purchase: {at_least: 3, at_most: 12}

deciding: came_back
guardrails:
  - {measure: unsubscribed, margin: 3 per 1000}
watch: [spend]

promotion:
  iterations: 2
  also: {spend: 0.30 each}
"""

ITERATION = """\
# yaml-language-server: $schema=../../.pitcairn/schema/iteration.json
stage: explore
question: Does a card with three books bring members back more often than our usual letter?

arms:
  letter: {label: The usual letter, share: 1/2, role: control}
  card:
    label: A card from the bookseller
    share: 1/2
    message: Three books chosen for you, signed by the bookseller who chose them.
    channel: post
    how_often: once

worth_it: 20 per 1000             # the smallest gain worth having
predictions:
  - {arm: card, measure: came_back, gain: 10 to 40 per 1000}
groups: [age, reader]

start: 2026-03-02
follow_up: 4 weeks
end: 2026-03-30
"""

PACK = """\
# yaml-language-server: $schema=../../.pitcairn/schema/pack.json
summary: A card with three books, chosen by somebody in the shop, instead of the usual letter.
playbook: playbook.md
place: [shop]                     # names our shop; another puts itself in its stead

parameters:
  chooser:
    kind: local
    label: First name of whoever chooses the books
  books:
    kind: adaptable
    label: How many books
    value: 3
    at_least: 2
    at_most: 5
    tested: [2]

most_contacts: 1
within: 28 days
cost: {per_contact: 0.85, value_per_outcome: 3.20}
requires: {channels: [post], smallest_audience: 400}
conflicts: {birthday-letter: Two letters in a month are one too many.}
out_of_scope: [Members under 18]
"""

TRUSTED_KEYS = """\
# yaml-language-server: $schema=.pitcairn/schema/trusted-keys.json
keys:                             # two people must have signed; `pitcairn pack keygen` prints such a key
  - key: ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
    person: Ines Roth
    role: analyst
    valid_from: 2026-01-01
  - {key: ed25519:PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=, person: Bo Lind, role: sponsor}
"""
