#!/bin/sh
# Builds and pushes the commit's images, once: the pipeline of a tag finds them and only gives them the tag's name, so
# that what was tested is what is released. Plain sh, since the docker image has no bash. Writes build.env.
set -eu

build() {
  docker build --target "$1" -t "$2" \
    --cache-from "$CI_REGISTRY_IMAGE:cache" \
    --build-arg BUILDKIT_INLINE_CACHE=1 \
    --build-arg VCS_REF="$CI_COMMIT_SHA" \
    --build-arg BUILD_DATE="$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    .
  docker push -q "$2"
}

name_also() {
  docker tag "$COMMIT_IMAGE" "$1"
  docker push -q "$1"
}

# The runtime image is pushed last, so where it is there, both are.
if docker pull -q "$COMMIT_IMAGE" && docker pull -q "$COMMIT_IMAGE-test"; then
  echo "Built before: the same image goes on"
else
  build test "$COMMIT_IMAGE-test"
  build runtime "$COMMIT_IMAGE"
fi

if [ "$DOCKER_IMAGE" != "$COMMIT_IMAGE" ]; then name_also "$DOCKER_IMAGE"; fi
if [ "${CI_COMMIT_BRANCH:-}" = "$CI_DEFAULT_BRANCH" ]; then name_also "$CI_REGISTRY_IMAGE:cache"; fi

{
  echo "IMAGE_REPOSITORY=$CI_REGISTRY_IMAGE"
  echo "IMAGE_TAG=$APP_VERSION"
  echo "IMAGE_SIZE=$(docker image inspect --format '{{.Size}}' "$COMMIT_IMAGE")"
} > build.env
