# docker buildx bake -f deploy/images/docker-bake.hcl: one image for each service, and `tools`.

variable "BASE" { default = "python:3.13-slim" }
variable "REPOSITORY" { default = "linzhang" }
variable "VERSION" { default = "dev" }
variable "REVISION" { default = "" }
variable "CREATED" { default = "" }
# A file of certificates, where packages come through a proxy that has one of its own.
variable "CA" { default = "" }

group "default" {
  targets = ["service", "tools"]
}

target "any" {
  dockerfile = "deploy/images/Dockerfile"
  args       = { BASE = BASE }
  secret     = CA == "" ? [] : ["id=ca,src=${CA}"]
  output     = ["type=docker"]
}

function "labels" {
  params = [title]
  result = {
    "org.opencontainers.image.title"       = title
    "org.opencontainers.image.description" = "Open-source software for China's forest chief system (林长制)"
    "org.opencontainers.image.licenses"    = "Apache-2.0"
    "org.opencontainers.image.vendor"      = "linzhang"
    "org.opencontainers.image.version"     = VERSION
    "org.opencontainers.image.revision"    = REVISION
    "org.opencontainers.image.created"     = CREATED
    "org.opencontainers.image.base.name"   = BASE
  }
}

target "service" {
  inherits = ["any"]
  name     = service
  matrix   = { service = ["roster", "patrol", "cases", "targets", "notify"] }
  target   = "service"
  args     = { SERVICE = service }
  tags     = ["${REPOSITORY}/${service}:${VERSION}"]
  labels   = labels("linzhang ${service}")
}

target "tools" {
  inherits = ["any"]
  target   = "tools"
  tags     = ["${REPOSITORY}/tools:${VERSION}"]
  labels   = labels("linzhang tools")
}
