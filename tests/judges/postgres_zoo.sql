-- One of each kind of object that PostgreSQL has, around a register of ships. For an empty database, and for its
-- superuser.
CREATE ROLE harbour; CREATE ROLE pilot LOGIN; CREATE ROLE guest;
CREATE SCHEMA port AUTHORIZATION harbour;
GRANT USAGE ON SCHEMA port TO pilot;
COMMENT ON SCHEMA port IS 'ships and berths';

CREATE TYPE port.flag AS ENUM ('plain', 'striped');
ALTER TYPE port.flag ADD VALUE 'dotted' BEFORE 'striped';
CREATE TYPE port.place AS (dock int, side text);
CREATE DOMAIN port.call_sign AS text DEFAULT 'none' CONSTRAINT call_sign_form CHECK (VALUE ~ '^[a-z]+$');
CREATE TYPE port.tide AS RANGE (subtype = numeric);
CREATE COLLATION port.plain FROM "C";
CREATE SEQUENCE port.tickets START 50 INCREMENT 5;

CREATE TABLE port.ships (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sign port.call_sign NOT NULL,
  name text COLLATE port.plain,
  flag port.flag,
  berth port.place,
  tides port.tide[],
  draught numeric(6,2) CHECK (draught > 0),
  twice numeric GENERATED ALWAYS AS (draught * 2) STORED,
  papers jsonb,
  seen timestamptz
);
ALTER TABLE port.ships OWNER TO harbour;
CREATE UNIQUE INDEX ships_sign ON port.ships (sign);
CREATE INDEX ships_deep ON port.ships (lower(name), draught DESC NULLS LAST) INCLUDE (flag) WHERE draught > 5;
COMMENT ON COLUMN port.ships.sign IS 'as painted';
GRANT SELECT ON port.ships TO guest;
GRANT INSERT (sign), UPDATE (name) ON port.ships TO pilot;
ALTER TABLE port.ships ENABLE ROW LEVEL SECURITY;
CREATE POLICY shallow ON port.ships FOR SELECT TO guest USING (draught < 3);

CREATE TABLE port.visits (
  ship bigint REFERENCES port.ships ON DELETE CASCADE DEFERRABLE,
  day date, note text, PRIMARY KEY (ship, day)
);
CREATE TABLE port.log (line text);
CREATE UNLOGGED TABLE port.buffer (id int PRIMARY KEY);
CREATE TABLE port.cargo (id int, year int, PRIMARY KEY (id, year)) PARTITION BY RANGE (year);
CREATE TABLE port.cargo_old PARTITION OF port.cargo FOR VALUES FROM (0) TO (2000);
CREATE TABLE port.cargo_new PARTITION OF port.cargo DEFAULT;
CREATE TABLE port.boats (oars int) INHERITS (port.log);
CREATE STATISTICS port.visits_stat (dependencies) ON ship, note FROM port.visits;

CREATE FUNCTION port.greet(who text, loud boolean DEFAULT false) RETURNS text LANGUAGE plpgsql STABLE
  SET search_path = port AS $$ BEGIN RETURN CASE WHEN loud THEN upper(who) ELSE who END; END $$;
CREATE FUNCTION port.sum_of(a int, b int) RETURNS int LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT a + b; END;
CREATE PROCEDURE port.sail() LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE FUNCTION port.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO port.log VALUES (TG_OP); RETURN NULL; END $$;
CREATE FUNCTION port.watch() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;
CREATE AGGREGATE port.total(int) (SFUNC = int4pl, STYPE = int, INITCOND = '0');
CREATE OPERATOR port.<+> (LEFTARG = int, RIGHTARG = int, FUNCTION = port.sum_of);
CREATE OPERATOR CLASS port.int_ops FOR TYPE int USING btree AS
  OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(int, int);
CREATE CAST (text AS port.place) WITH INOUT;
CREATE TRIGGER noted AFTER DELETE ON port.visits FOR EACH STATEMENT EXECUTE FUNCTION port.note();
CREATE RULE kept AS ON DELETE TO port.log DO INSTEAD NOTHING;
CREATE VIEW port.deep AS SELECT id, name FROM port.ships WHERE draught > 5;
CREATE MATERIALIZED VIEW port.by_flag AS SELECT flag, count(*) AS ships FROM port.ships GROUP BY flag;
CREATE TEXT SEARCH CONFIGURATION port.words (COPY = simple);
CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION port.watch();
ALTER EVENT TRIGGER watching DISABLE;
SELECT current_setting('server_version_num')::int >= 150000 AS picks_rows \gset
\if :picks_rows
CREATE PUBLICATION arrivals FOR TABLE port.visits WHERE (ship > 0);
\else
CREATE PUBLICATION arrivals FOR TABLE port.visits;
\endif
CREATE FOREIGN DATA WRAPPER far;
CREATE SERVER lighthouse FOREIGN DATA WRAPPER far OPTIONS (host 'north');
CREATE USER MAPPING FOR pilot SERVER lighthouse OPTIONS (password 'lamp');
CREATE FOREIGN TABLE port.beacons (id int) SERVER lighthouse;
ALTER DEFAULT PRIVILEGES FOR ROLE harbour IN SCHEMA port GRANT SELECT ON TABLES TO guest;
SELECT lo_from_bytea(770, 'chart');
COMMENT ON LARGE OBJECT 770 IS 'the chart';
COMMENT ON FUNCTION port.greet(text, boolean) IS 'says hello';
COMMENT ON TRIGGER noted ON port.visits IS 'for the log';

INSERT INTO port.ships (sign, name, flag, berth, tides, draught, papers, seen)
  SELECT chr(96 + n), 'ship ' || n, (ARRAY['plain', 'dotted', 'striped'])[n % 3 + 1]::port.flag, ROW(n, 'left')::port.place,
    ARRAY[port.tide(n, n + 1.50)], n, jsonb_build_object('n', n), '2027-01-01 12:00+00'::timestamptz + n * interval '1 day'
  FROM generate_series(1, 9) n;
INSERT INTO port.visits SELECT n, '2027-02-01'::date + n, 'first' FROM generate_series(1, 9) n;
INSERT INTO port.cargo VALUES (1, 1999), (2, 2027);
INSERT INTO port.log VALUES ('a'), ('a'), ('b');
REFRESH MATERIALIZED VIEW port.by_flag;
