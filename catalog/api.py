"""The catalog for programs: the same import flow and the same specification as on the pages.

POST /api/v1/imports                    a file, or {"url": a feed}; answers 202, ask the import until it is `checked`
POST /api/v1/imports/{id}/choices       what columns mean, the currency and units they leave out; checked again
DEL  /api/v1/imports/{id}/choices       forget that
POST /api/v1/imports/{id}/confirm       store what was ready
GET  /api/v1/imports/{id}/problems      what is wrong, row by row
GET  /api/v1/products                   newest first; ?q= searches, ?sku= finds one
PUT  /api/v1/products/{id}/parameters   add or correct one parameter, in words
"""

import uuid

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors as accounts_selectors
from accounts.api import ApiView, Pages, error
from catalog import decisions, parameters, selectors, services
from catalog.forms import FeedForm, UploadForm
from catalog.ingest import choices
from catalog.models import Import, Product
from catalog.serializers import (
    FeedAddress,
    ImportDecisions,
    ImportRecord,
    ImportUpload,
    ParameterRecord,
    ParameterText,
    ProblemRecord,
    ProductDetail,
    ProductRecord,
)


class CatalogView(ApiView):
    reads, writes = "catalog:read", "catalog:write"


class ImportList(CatalogView):
    parser_classes = (MultiPartParser, JSONParser)

    @extend_schema(operation_id="list_imports", responses=ImportRecord(many=True))
    def get(self, request: Request) -> Response:
        """Earlier imports, newest first."""
        pages = Pages()
        found = pages.paginate_queryset(Import.objects.all(), request, view=self)
        return pages.get_paginated_response(ImportRecord(found, many=True).data)

    @extend_schema(
        operation_id="upload_import",
        request={"multipart/form-data": ImportUpload, "application/json": FeedAddress},
        responses={202: ImportRecord},
    )
    def post(self, request: Request) -> Response:
        """Send a product file, or the address of a feed. A worker checks every row; nothing is stored before you
        confirm."""
        if isinstance(request.data, dict) and "url" in request.data:
            feed = FeedForm({"url": request.data["url"]})
            if not feed.is_valid():
                return error("invalid", str(feed.errors["url"][0]), status=422, fields=dict(feed.errors))
            merchant = accounts_selectors.merchant_in(request._request)
            batch = services.receive_address(merchant=merchant, url=feed.cleaned_data["url"])
            return Response(ImportRecord(batch).data, status=202)
        form = UploadForm(request.POST, request.FILES)
        if not form.is_valid():
            return error("invalid", str(form.errors["file"][0]), status=422, fields=dict(form.errors))
        merchant = accounts_selectors.merchant_in(request._request)
        batch = services.receive(merchant=merchant, file=form.cleaned_data["file"])
        return Response(ImportRecord(batch).data, status=202)


class ImportDetail(CatalogView):
    @extend_schema(operation_id="get_import", responses=ImportRecord)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """How far an import is: received, checked, running, done or failed."""
        return Response(ImportRecord(get_object_or_404(Import, public_id=public_id)).data)


class ImportChoices(CatalogView):
    @extend_schema(operation_id="decide_import", request=ImportDecisions, responses={202: ImportRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Decide what columns mean; a file of which nothing is stored is checked again. 409 for any other."""
        batch = get_object_or_404(Import, public_id=public_id)
        given = ImportDecisions(data=request.data)
        given.is_valid(raise_exception=True)
        try:
            again = decisions.decide(batch=batch, chosen=choices.Choices(**given.validated_data))
        except choices.ChoiceError as problem:
            return error("invalid", str(problem), status=422)
        if not again:
            return error("not_waiting", f"Import {batch.name} is {batch.state}: noted for the next file.", status=409)
        return Response(ImportRecord(batch).data, status=202)

    @extend_schema(operation_id="forget_import", request=None, responses={202: ImportRecord})
    def delete(self, request: Request, public_id: uuid.UUID) -> Response:
        """Forget what was decided about files with these columns; one of which nothing is stored is checked again."""
        batch = get_object_or_404(Import, public_id=public_id)
        decisions.forget(batch=batch)
        return Response(ImportRecord(batch).data, status=202)


class ImportConfirm(CatalogView):
    @extend_schema(operation_id="confirm_import", request=None, responses={202: ImportRecord})
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Store what was ready or warned. Twice is the same as once; 409 before it is checked."""
        batch = get_object_or_404(Import, public_id=public_id)
        if not services.confirm(batch=batch) and batch.state in (Import.State.RECEIVED, Import.State.FAILED):
            return error("not_checked", f"Import {batch.name} is {batch.state}, so nothing can be stored.", status=409)
        batch.refresh_from_db()
        return Response(ImportRecord(batch).data, status=202)


class ImportProblems(CatalogView):
    @extend_schema(operation_id="list_import_problems", responses=ProblemRecord(many=True))
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Every problem of an import: row, column, value, reason and way out."""
        pages = Pages()
        problems = selectors.import_problems(get_object_or_404(Import, public_id=public_id))
        found = pages.paginate_queryset(problems, request, view=self)
        return pages.get_paginated_response(ProblemRecord(found, many=True).data)


class ProductList(CatalogView):
    @extend_schema(
        operation_id="list_products",
        responses=ProductRecord(many=True),
        parameters=[
            OpenApiParameter("q", OpenApiTypes.STR, description="words in title, brand or SKU"),
            OpenApiParameter("sku", OpenApiTypes.STR, description="exactly this SKU, its own or a variant's"),
        ],
    )
    def get(self, request: Request) -> Response:
        """Products, newest first."""
        pages = Pages()
        found = Product.objects.filter(selectors.matching(request.query_params.get("q", "")))
        if sku := request.query_params.get("sku"):
            found = found.filter(selectors.sold_as(sku))
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(ProductRecord(page, many=True).data)


class ProductOne(CatalogView):
    @extend_schema(operation_id="get_product", responses=ProductDetail)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """A product with its specification and photos."""
        products = Product.objects.prefetch_related("parameters", "images", "clips")
        return Response(ProductDetail(get_object_or_404(products, public_id=public_id)).data)


class ProductParameters(CatalogView):
    @extend_schema(operation_id="put_parameter", request=ParameterText, responses=ParameterRecord)
    def put(self, request: Request, public_id: uuid.UUID) -> Response:
        """Add or correct one parameter, such as {"name": "width", "value": "12 cm"}. Videos that promised otherwise
        pause at once."""
        product = get_object_or_404(Product, public_id=public_id)
        sent = ParameterText(data=request.data)
        sent.is_valid(raise_exception=True)
        words = sent.validated_data
        by = request.user.get_username()
        try:
            row = parameters.write(product=product, name=words["name"], text=words["value"], by=by)
        except parameters.ParameterError as problem:
            return error("not_a_quantity", str(problem), status=422, fields={"value": [str(problem)]})
        return Response(ParameterRecord(row).data)
