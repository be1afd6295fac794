-- One database and one owner per service; no service can open another's. Runs once, when the volume is empty.
-- The passwords are those of docker-compose.yml: the server is reachable inside its network only.
CREATE ROLE tasks LOGIN PASSWORD 'tasks';
CREATE ROLE feedback LOGIN PASSWORD 'feedback';
CREATE ROLE data_catalog LOGIN PASSWORD 'data_catalog';
CREATE ROLE monitoring LOGIN PASSWORD 'monitoring';

CREATE DATABASE tasks OWNER tasks;
CREATE DATABASE feedback OWNER feedback;
CREATE DATABASE data_catalog OWNER data_catalog;
CREATE DATABASE monitoring OWNER monitoring;

REVOKE CONNECT ON DATABASE tasks, feedback, data_catalog, monitoring FROM PUBLIC;
