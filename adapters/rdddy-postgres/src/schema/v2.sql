create table rdddy_documents (
  collection bytea, key bytea, data bytea not null, primary key (collection, key)
);

-- Writes documents, if the one that is expected is there (or none, when its data is null); whether it
-- was. Of several writes of one key the last counts; data that is null removes it. Rows are taken in
-- the order of their keys, so that two commits seldom wait for each other.
create function rdddy_commit(
  expected_collection bytea, expected_key bytea, expected_data bytea,
  cleared bytea[],
  w_collection bytea[], w_key bytea[], w_data bytea[]
) returns boolean
language plpgsql as $$
begin
  if expected_key is not null and expected_data is not null then
    perform from rdddy_documents
      where collection = expected_collection and key = expected_key and data = expected_data
      for update;
    if not found then
      return false;
    end if;
  elsif expected_key is not null then
    -- Whoever else writes it waits for the end of this, although nothing of it is left.
    insert into rdddy_documents values (expected_collection, expected_key, '')
      on conflict do nothing;
    if not found then
      return false;
    end if;
    delete from rdddy_documents
      where collection = expected_collection and key = expected_key;
  end if;
  if cardinality(cleared) > 0 then
    delete from rdddy_documents where collection = any(cleared);
  end if;
  delete from rdddy_documents d
    using (
      select distinct on (w.collection, w.key) w.collection, w.key, w.data
        from unnest(w_collection, w_key, w_data) with ordinality w(collection, key, data, nth)
        order by w.collection, w.key, w.nth desc) l
    where l.data is null and d.collection = l.collection and d.key = l.key;
  insert into rdddy_documents as d
    select l.collection, l.key, l.data
      from (
        select distinct on (w.collection, w.key) w.collection, w.key, w.data
          from unnest(w_collection, w_key, w_data) with ordinality w(collection, key, data, nth)
          order by w.collection, w.key, w.nth desc) l
      where l.data is not null
      order by l.collection, l.key
    on conflict (collection, key) do update set data = excluded.data;
  return true;
end $$;
