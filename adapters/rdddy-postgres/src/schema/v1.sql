-- Texts of users are bytes: they may hold any character, and are compared byte by byte.
create table rdddy_schema (one int primary key default 1 check (one = 1), version int not null);
insert into rdddy_schema(version) values (0);

-- Where the last event stands. Whoever writes locks it, once for each group.
create table rdddy_head (one int primary key default 1 check (one = 1), position bigint not null)
  with (fillfactor = 10);
insert into rdddy_head(position) values (0);

create table rdddy_events (
  position bigint primary key,
  category bytea not null,
  key bytea not null,
  version bigint not null,
  at bigint not null,
  id bytea not null,
  name bytea not null,
  schema int not null,
  data bytea not null,
  tags text,
  metadata text not null,
  unique (category, key, version)
);
create index rdddy_events_by_name on rdddy_events (name, position);
create index rdddy_events_by_category on rdddy_events (category, position);

create table rdddy_tags (tag bytea, position bigint, primary key (tag, position));
create table rdddy_commands (id bytea primary key, reply bytea not null, position bigint not null);
create table rdddy_snapshots (
  category bytea,
  key bytea,
  fingerprint bigint,
  version bigint not null,
  data bytea not null,
  primary key (category, key, fingerprint)
);

-- The first `most` positions after `after` of events that match `query`, in order. Texts in it are
-- hexadecimal: {"category": C, "key": K, "items": [{"names": [N], "tags": [T]}]}.
create function rdddy_search(query jsonb, after bigint, most int) returns setof bigint
language plpgsql stable as $$
declare
  in_category bytea := decode(query->>'category', 'hex');
  in_key bytea := decode(query->>'key', 'hex');
  items jsonb := query->'items';
  item jsonb;
  names bytea[];
  wanted bytea[];
  hits bigint[] := '{}';
  low bigint := 1;
  high bigint;
  middle bigint;
begin
  if in_key is not null then
    -- Versions and positions grow together.
    select coalesce(max(e.version), 0) + 1 into high
      from rdddy_events e where e.category = in_category and e.key = in_key;
    while low < high loop
      middle := (low + high) / 2;
      if (select e.position from rdddy_events e where e.category = in_category
            and e.key = in_key and e.version = middle) <= after
      then low := middle + 1; else high := middle; end if;
    end loop;
    return query select e.position from rdddy_events e
      where e.category = in_category and e.key = in_key and e.version >= low
        and (items = '[]' or exists (
          select from jsonb_array_elements(items) i
            where (i->'names' = '[]' or i->'names' ? encode(e.name, 'hex'))
              and not exists (
                select from jsonb_array_elements_text(i->'tags') t where not exists (
                  select from rdddy_tags g
                    where g.tag = decode(t, 'hex') and g.position = e.position))))
      order by e.version limit most;
    return;
  end if;
  if items = '[]' then
    items := '[{"names": [], "tags": []}]';
  end if;
  for item in select i from jsonb_array_elements(items) i loop
    names := array(select decode(n, 'hex') from jsonb_array_elements_text(item->'names') n);
    wanted := array(select decode(t, 'hex') from jsonb_array_elements_text(item->'tags') t);
    if cardinality(wanted) > 0 then
      hits := hits || array(
        select g.position from rdddy_tags g
          where g.tag = wanted[1] and g.position > after
            and not exists (
              select from unnest(wanted[2:]) w where not exists (
                select from rdddy_tags o where o.tag = w and o.position = g.position))
            and (in_category is null and cardinality(names) = 0 or exists (
              select from rdddy_events e where e.position = g.position
                and (in_category is null or e.category = in_category)
                and (cardinality(names) = 0 or e.name = any(names))))
          order by g.position limit most);
    elsif cardinality(names) > 0 then
      hits := hits || array(
        select f.position from unnest(names) n cross join lateral (
            select e.position from rdddy_events e
              where e.name = n and e.position > after
                and (in_category is null or e.category = in_category)
              order by e.position limit most) f
          order by f.position limit most);
    elsif in_category is not null then
      hits := hits || array(
        select e.position from rdddy_events e
          where e.category = in_category and e.position > after
          order by e.position limit most);
    else
      hits := hits || array(
        select e.position from rdddy_events e
          where e.position > after order by e.position limit most);
    end if;
  end loop;
  return query select distinct f from unnest(hits) f order by f limit most;
end $$;

-- Commits a group of appends (a_), which have parts, one for each stream (p_), events (e_), tags (t_)
-- and snapshots (s_). One row for each append, in order: what came of it.
create function rdddy_append(
  a_at bigint[], a_command bytea[], a_reply bytea[],
  -- An earlier append of the group with the same command; 0 for none.
  a_same int[],
  a_query text[], a_after bigint[],
  a_parts int[], a_events int[],
  p_category bytea[], p_key bytea[], p_expected bigint[], p_event bytea[],
  -- The part before it on the same stream; 0 for none.
  p_before int[],
  -- The part whose last event is the expected one; 0 when that must be stored, -1 when any will do.
  p_after int[],
  p_events int[],
  e_append int[], e_part int[],
  -- How many-th of its append, and of its part.
  e_in_append int[], e_in_part int[],
  e_category bytea[], e_key bytea[],
  e_id bytea[], e_name bytea[], e_schema int[], e_data bytea[], e_tags text[], e_metadata text[],
  t_append int[], t_in_append int[], t_tag bytea[],
  s_append int[], s_category bytea[], s_key bytea[], s_fingerprint bigint[], s_version bigint[],
  s_data bytea[]
) returns table (
  -- 'stored', 'known', 'same' (as the append `at_index`), 'conflict' (of the part `at_index`, at version
  -- `at_number`) or 'new' (the event at position `at_number`).
  outcome text, at_position bigint, at_index int, at_number bigint, known bytea,
  versions bigint[]
)
language plpgsql as $$
declare
  base bigint;
  head bigint;
  flushed int := 0;
  total int := cardinality(a_at);
  accepted boolean[] := array_fill(false, array[total]);
  starts bigint[] := array_fill(0::bigint, array[total]);
  -- Of each part's stream: its version before the part, whether its stored last event is the
  -- expected one, and the part of this group that wrote its last event.
  before bigint[];
  expected_last boolean[];
  tip int[] := array_fill(0, array[cardinality(p_before)]);
  first_part int := 1;
  refused int;
  a int;
  item record;
begin
  select h.position into strict base from rdddy_head h for no key update;
  head := base;
  select array_agg(coalesce(e.version, 0) order by p.part),
         array_agg(p.event is null or coalesce(e.id = p.event, false) order by p.part)
    into before, expected_last
    from unnest(p_category, p_key, p_event, p_before)
      with ordinality p(category, key, event, before, part)
    left join lateral (
      select s.version, s.id from rdddy_events s
        where (p.before = 0 or p.event is not null)
          and s.category = p.category and s.key = p.key
        order by s.version desc limit 1) e on true;
  for item in
    select g.part, g.same, g.query, g.after, g.parts, g.events, c.reply, c.position
      from unnest(a_command, a_same, a_query, a_after, a_parts, a_events)
        with ordinality g(command, same, query, after, parts, events, part)
      left join rdddy_commands c on c.id = g.command
    union all select total + 1, 0, null, null, 0, 0, null, null
    order by 1
  loop
    a := item.part;
    -- A condition looks at what the group has stored so far; the last row stands for the end.
    if (item.query is not null or a > total) and flushed < a - 1 then
      insert into rdddy_events
        select starts[e.append] + e.in_append, e.category, e.key, before[e.part] + e.in_part,
               a_at[e.append], e.id, e.name, e.schema, e.data, e.tags, e.metadata
          from unnest(e_append, e_part, e_in_append, e_in_part, e_category, e_key, e_id, e_name,
                      e_schema, e_data, e_tags, e_metadata)
            e(append, part, in_append, in_part, category, key, id, name,
              schema, data, tags, metadata)
          where e.append > flushed and e.append < a and accepted[e.append];
      insert into rdddy_tags
        select t.tag, starts[t.append] + t.in_append
          from unnest(t_append, t_in_append, t_tag) t(append, in_append, tag)
          where t.append > flushed and t.append < a and accepted[t.append]
        on conflict do nothing;
      flushed := a - 1;
    end if;
    exit when a > total;
    refused := null;
    for part in first_part .. first_part + item.parts - 1 loop
      if p_before[part] > 0 then
        before[part] := before[p_before[part]];
        tip[part] := tip[p_before[part]];
        -- `accepted` of the part's append is in its tip: what was refused left none.
        if tip[part] = p_before[part] then
          before[part] := before[part] + p_events[p_before[part]];
        end if;
      end if;
      if refused is null and (before[part] <> p_expected[part]
         or (case when tip[part] = 0 then not expected_last[part]
                  else p_after[part] not in (-1, tip[part]) end)) then
        refused := part;
      end if;
    end loop;
    at_position := null; at_index := null; at_number := null; known := null; versions := null;
    if item.position is not null then
      outcome := 'known'; at_position := item.position; known := item.reply;
    elsif item.same > 0 and accepted[item.same] then
      outcome := 'same'; at_index := item.same;
      at_position := starts[item.same] + a_events[item.same];
    elsif refused is not null then
      outcome := 'conflict'; at_index := refused; at_number := before[refused];
    else
      if item.query is not null then
        select s into at_number from rdddy_search(item.query::jsonb, item.after, 1) s;
      end if;
      if at_number is not null then
        outcome := 'new';
      else
        outcome := 'stored';
        accepted[a] := true;
        starts[a] := head;
        head := head + item.events;
        at_position := head;
        versions := '{}';
        for part in first_part .. first_part + item.parts - 1 loop
          versions := versions || (before[part] + p_events[part]);
          if p_events[part] > 0 then
            tip[part] := part;
          end if;
        end loop;
      end if;
    end if;
    first_part := first_part + item.parts;
    return next;
  end loop;
  insert into rdddy_commands
    select c.id, c.reply, starts[c.append] + a_events[c.append]
      from unnest(a_command, a_reply) with ordinality c(id, reply, append)
      where c.id is not null and accepted[c.append];
  insert into rdddy_snapshots as kept
    select distinct on (s.category, s.key, s.fingerprint)
           s.category, s.key, s.fingerprint, s.version, s.data
      from unnest(s_append, s_category, s_key, s_fingerprint, s_version, s_data)
        with ordinality s(append, category, key, fingerprint, version, data, ordinal)
      where accepted[s.append]
      order by s.category, s.key, s.fingerprint, s.version desc, s.ordinal desc
    on conflict (category, key, fingerprint) do update
      set version = excluded.version, data = excluded.data
      where excluded.version >= kept.version;
  if head > base then
    update rdddy_head set position = head;
    perform pg_notify('rdddy_' || 'rdddy_events'::regclass::oid, head::text);
  end if;
end $$;
